internal import WorkerProtocol

/// The descriptors that a worker has passed for its output files.
///
/// A file's descriptor comes with the first bytes of its frame. So at most two wait here: one for an incomplete frame,
/// and the next one, which can arrive together with the rest of that frame.
struct PassedDescriptors: ~Copyable {
    private struct Slot: ~Copyable {
        var descriptor = OwnedDescriptor()
        /// It was sent, but this process had reached its limit of open files.
        var isLost = false

        var isTaken: Bool { descriptor.isOpen || isLost }
    }

    private var first = Slot()
    private var second = Slot()

    /// Takes the descriptor that came with bytes. False if no file can belong to it.
    mutating func take(_ receipt: inout Receipt) -> Bool {
        guard receipt.descriptor.isOpen || receipt.hasLostDescriptors else { return true }
        let isOne = !(receipt.descriptor.isOpen && receipt.hasLostDescriptors)
        guard isOne, !second.isTaken else { return false }
        second = Slot(
            descriptor: OwnedDescriptor(taking: receipt.descriptor.take()), isLost: receipt.hasLostDescriptors)
        if !first.isTaken { advance() }
        return true
    }

    /// Whether one came for the current file, even if it was lost.
    var hasFirst: Bool { first.isTaken }

    /// The descriptor of the current file; nil if this process had reached its limit of open files.
    mutating func takeFirst() -> PassedDescriptor? {
        first.descriptor.isOpen ? PassedDescriptor(first.descriptor.take()) : nil
    }

    /// The current file has been processed.
    mutating func advance() {
        first = Slot(descriptor: OwnedDescriptor(taking: second.descriptor.take()), isLost: second.isLost)
        second.isLost = false
    }

    /// Whether all remaining descriptors can belong to the frame that is arriving; `kind` is nil until its header has
    /// come.
    func canBelong(toFrameOf kind: FrameKind?, isArriving: Bool) -> Bool {
        guard first.isTaken else { return true }
        return isArriving && !second.isTaken && (kind == nil || kind == .outputFile)
    }

    /// Closes all descriptors.
    mutating func close() {
        first.descriptor.close()
        second.descriptor.close()
    }
}
