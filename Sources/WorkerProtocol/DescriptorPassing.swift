import Glibc

/// Sends `bytes` over a unix socket together with an open descriptor (SCM_RIGHTS, unix(7)).
///
/// - Returns: how many bytes were sent, at least one when it succeeds, or -1 with `errno` set.
public func sendWithDescriptor(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Int {
    PassedRights.send([descriptor], with: bytes, over: socket)
}

/// What one call of ``receiveWithDescriptor(_:into:)`` has brought.
public struct Receipt: ~Copyable {
    /// How many bytes were received, 0 at the end, or -1 with `errno` set.
    public let count: Int
    /// The descriptor that came along, closed on exec; not open when there was none.
    public var descriptor: OwnedDescriptor
    /// Descriptors came along that are not here. With an open ``descriptor`` there was more than one; without one, this process
    /// had no number left for it. The kernel has closed them.
    public let hasLostDescriptors: Bool

    /// Describes what a call has brought.
    public init(count: Int, descriptor: consuming OwnedDescriptor, hasLostDescriptors: Bool) {
        self.count = count
        self.descriptor = descriptor
        self.hasLostDescriptors = hasLostDescriptors
    }
}

/// Receives bytes from a unix socket, and at most one descriptor, without waiting.
///
/// The kernel never joins the bytes of two senders' calls that both pass descriptors, so one call brings those of one.
public func receiveWithDescriptor(_ socket: Int32, into space: UnsafeMutableRawBufferPointer) -> Receipt {
    var descriptor: Int32 = -1
    let (count, areLost) = PassedRights.receive(
        atMost: 1, into: space, from: socket, flags: Int32(MSG_DONTWAIT)
    ) { descriptor = $0 }
    return Receipt(count: count, descriptor: OwnedDescriptor(taking: descriptor), hasLostDescriptors: areLost)
}
