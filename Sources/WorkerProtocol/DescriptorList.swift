import Glibc

/// The maximum number of descriptors per message; the kernel allows 253 (unix(7)).
public let passedDescriptorLimit = 32

/// Sends `bytes` over a Unix socket together with open descriptors: without waiting, and completely or not at all.
///
/// - Returns: Whether it was sent; `errno` says why not.
public func sendDescriptors(_ descriptors: [Int32], over socket: Int32, with bytes: UnsafeRawBufferPointer) -> Bool {
    precondition(descriptors.count <= passedDescriptorLimit)
    return PassedRights.send(descriptors, with: bytes, over: socket, flags: Int32(MSG_DONTWAIT)) == bytes.count
}

/// Waits for bytes on a Unix socket, and takes the descriptors that come with them, closed on exec.
///
/// - Returns: The number of bytes received, 0 at the end, or -1 with `errno` set.
public func receiveDescriptors(
    from socket: Int32, into space: UnsafeMutableRawBufferPointer, _ descriptors: inout [Int32]
) -> Int {
    PassedRights.receive(atMost: passedDescriptorLimit, into: space, from: socket) { descriptors.append($0) }.count
}
