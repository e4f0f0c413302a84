import Glibc

/// Sends `bytes` over a unix socket together with an open descriptor (SCM_RIGHTS, unix(7)).
///
/// - Returns: how many bytes were sent, at least one when it succeeds, or -1 with `errno` set.
public func sendWithDescriptor(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Int {
    var vector = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    return withUnsafeMutablePointer(to: &vector) { vector in
        withUnsafeTemporaryAllocation(byteCount: controlBytes, alignment: 8) { control in
            let header = control.baseAddress!
            header.storeBytes(of: controlHeaderBytes + 4, as: Int.self)
            header.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
            header.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
            header.storeBytes(of: descriptor, toByteOffset: controlHeaderBytes, as: Int32.self)
            var message = msghdr()
            message.msg_iov = vector
            message.msg_iovlen = 1
            message.msg_control = header
            message.msg_controllen = controlBytes
            return sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
        }
    }
}

/// Receives bytes from a unix socket without waiting; descriptors that came along are appended to `descriptors`, closed on
/// exec, and owned by the caller.
///
/// - Returns: how many bytes were received, 0 at the end, or -1 with `errno` set.
public func receiveWithDescriptors(
    _ socket: Int32, into space: UnsafeMutableRawBufferPointer, descriptors: inout [Int32]
) -> Int {
    var vector = iovec(iov_base: space.baseAddress, iov_len: space.count)
    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_CMSG_CLOEXEC)
    return withUnsafeMutablePointer(to: &vector) { vector in
        withUnsafeTemporaryAllocation(byteCount: controlBytes, alignment: 8) { control in
            var message = msghdr()
            message.msg_iov = vector
            message.msg_iovlen = 1
            message.msg_control = control.baseAddress
            message.msg_controllen = control.count
            let count = recvmsg(socket, &message, flags)
            if count > 0, message.msg_controllen >= controlHeaderBytes + 4 {
                let header = UnsafeRawPointer(control.baseAddress!)
                if header.load(fromByteOffset: 8, as: Int32.self) == SOL_SOCKET,
                    header.load(fromByteOffset: 12, as: Int32.self) == Int32(SCM_RIGHTS)
                {
                    descriptors.append(header.load(fromByteOffset: controlHeaderBytes, as: Int32.self))
                }
            }
            return count
        }
    }
}

/// `struct cmsghdr` and room for one descriptor, as CMSG_SPACE computes it on 64-bit Linux (cmsg(3)); the macros don't
/// reach Swift.
private let controlHeaderBytes = 16
private let controlBytes = 24
