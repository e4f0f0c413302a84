import Glibc

/// Sends `bytes` over a Unix socket together with an open descriptor (SCM_RIGHTS, unix(7)).
///
/// - Returns: The number of bytes sent, at least one on success, or -1 with `errno` set.
public func sendWithDescriptor(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Int {
    PassedRights.send([descriptor], with: bytes, over: socket)
}

/// The result of one call of ``receiveWithDescriptor(_:into:)``.
public struct Receipt: ~Copyable {
    /// The number of bytes received, 0 at the end, or -1 with `errno` set.
    public let count: Int
    /// The descriptor that came along, closed on exec; not open if there was none.
    public var descriptor: OwnedDescriptor
    /// Whether the kernel closed descriptors that were sent. If ``descriptor`` is open, more than one was sent;
    /// otherwise, this process had reached its limit of open files.
    public let hasLostDescriptors: Bool

    /// Makes a receipt.
    public init(count: Int, descriptor: consuming OwnedDescriptor, hasLostDescriptors: Bool) {
        self.count = count
        self.descriptor = descriptor
        self.hasLostDescriptors = hasLostDescriptors
    }
}

/// Receives bytes, and at most one descriptor, from a Unix socket without waiting.
///
/// The kernel never joins the bytes of two sends that both pass descriptors, so one call returns the bytes of one of
/// them.
public func receiveWithDescriptor(_ socket: Int32, into space: UnsafeMutableRawBufferPointer) -> Receipt {
    var descriptor: Int32 = -1
    let (count, areLost) = PassedRights.receive(
        atMost: 1, into: space, from: socket, flags: Int32(MSG_DONTWAIT)
    ) { descriptor = $0 }
    return Receipt(count: count, descriptor: OwnedDescriptor(taking: descriptor), hasLostDescriptors: areLost)
}
