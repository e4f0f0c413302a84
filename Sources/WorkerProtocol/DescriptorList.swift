import Glibc

/// How many descriptors go with one message at most; the kernel allows 253 (unix(7)).
public let passedDescriptorLimit = 32

/// Sends `bytes` over a unix socket together with open descriptors, without waiting; in one piece or not at all.
///
/// - Returns: whether it was sent; `errno` says why not.
public func sendDescriptors(_ descriptors: [Int32], over socket: Int32, with bytes: UnsafeRawBufferPointer) -> Bool {
    precondition(descriptors.count <= passedDescriptorLimit)
    return PassedRights.send(descriptors, with: bytes, over: socket, flags: Int32(MSG_DONTWAIT)) == bytes.count
}

/// Waits for bytes on a unix socket, and takes the descriptors that come along, closed on exec.
///
/// - Returns: how many bytes were received, 0 at the end, or -1 with `errno` set.
public func receiveDescriptors(
    from socket: Int32, into space: UnsafeMutableRawBufferPointer, _ descriptors: inout [Int32]
) -> Int {
    PassedRights.receive(atMost: passedDescriptorLimit, into: space, from: socket) { descriptors.append($0) }.count
}
