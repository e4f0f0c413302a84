internal import WorkerProtocol

/// The descriptors that a worker has passed for its output files.
///
/// A file's descriptor comes with the first bytes of its frame. So at most two wait here: one for a frame whose rest hasn't come
/// yet, and the next one, which can arrive together with that rest.
struct PassedDescriptors: ~Copyable {
    private struct Slot: ~Copyable {
        var descriptor = OwnedDescriptor()
        /// It was sent, but this process had no number left for it.
        var isLost = false

        var isTaken: Bool { descriptor.isOpen || isLost }
    }

    private var first = Slot()
    private var second = Slot()

    /// Takes what came along with bytes. False if there can't be a file for it.
    mutating func take(_ receipt: inout Receipt) -> Bool {
        guard receipt.descriptor.isOpen || receipt.hasLostDescriptors else { return true }
        let isOne = !(receipt.descriptor.isOpen && receipt.hasLostDescriptors)
        guard isOne, !second.isTaken else { return false }
        second = Slot(
            descriptor: OwnedDescriptor(taking: receipt.descriptor.take()), isLost: receipt.hasLostDescriptors)
        if !first.isTaken { advance() }
        return true
    }

    /// Whether one came for the file at hand, be it lost.
    var hasFirst: Bool { first.isTaken }

    /// The descriptor of the file at hand; nil if this process had no number left for it.
    mutating func takeFirst() -> PassedDescriptor? {
        first.descriptor.isOpen ? PassedDescriptor(first.descriptor.take()) : nil
    }

    /// The file at hand is done with.
    mutating func advance() {
        first = Slot(descriptor: OwnedDescriptor(taking: second.descriptor.take()), isLost: second.isLost)
        second.isLost = false
    }

    /// Whether all that are left can belong to the frame that is arriving; `kind` is nil while its header hasn't come.
    func canBelong(toFrameOf kind: FrameKind?, isArriving: Bool) -> Bool {
        guard first.isTaken else { return true }
        return isArriving && !second.isTaken && (kind == nil || kind == .outputFile)
    }

    /// Closes them.
    mutating func close() {
        first.descriptor.close()
        second.descriptor.close()
    }
}
