import Glibc

/// Descriptors that are passed over a Unix socket together with the bytes of a message (SCM_RIGHTS, unix(7)).
enum PassedRights {
    /// The size of `struct cmsghdr` on 64-bit Linux (cmsg(3)): a length, a level, and a type. The macros aren't visible
    /// in Swift.
    private static let headerBytes = 16
    private static let (levelOffset, typeOffset) = (8, 12)

    /// The result of CMSG_LEN.
    private static func length(of count: Int) -> Int { headerBytes + count * MemoryLayout<Int32>.stride }

    /// Sends `bytes` together with `descriptors`.
    ///
    /// - Returns: The result of sendmsg(2).
    static func send(
        _ descriptors: [Int32], with bytes: UnsafeRawBufferPointer, over socket: Int32, flags: Int32 = 0
    ) -> Int {
        let length = length(of: descriptors.count)
        let space = (length + 7) & ~7
        var vector = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        return withUnsafeMutablePointer(to: &vector) { vector in
            withUnsafeTemporaryAllocation(byteCount: space, alignment: 8) { control in
                control.storeBytes(of: length, as: Int.self)
                control.storeBytes(of: SOL_SOCKET, toByteOffset: levelOffset, as: Int32.self)
                control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: typeOffset, as: Int32.self)
                for (index, descriptor) in descriptors.enumerated() {
                    control.storeBytes(of: descriptor, toByteOffset: Self.length(of: index), as: Int32.self)
                }
                var message = msghdr()
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = space
                return sendmsg(socket, &message, flags | Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Receives bytes and up to `limit` descriptors, closed on exec; `take` gets the descriptors one by one.
    ///
    /// - Returns: The result of recvmsg(2), and whether the kernel closed further descriptors.
    static func receive(
        atMost limit: Int, into space: UnsafeMutableRawBufferPointer, from socket: Int32, flags: Int32 = 0,
        _ take: (Int32) -> Void
    ) -> (count: Int, areLost: Bool) {
        // Not CMSG_SPACE, whose padding for alignment would hold one more descriptor.
        let room = length(of: limit)
        var vector = iovec(iov_base: space.baseAddress, iov_len: space.count)
        return withUnsafeMutablePointer(to: &vector) { vector in
            withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { control in
                var message = msghdr()
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = room
                let count = recvmsg(socket, &message, flags | Int32(MSG_CMSG_CLOEXEC))
                guard count > 0 else { return (count, false) }
                if message.msg_controllen > headerBytes,
                    control.load(fromByteOffset: levelOffset, as: Int32.self) == SOL_SOCKET,
                    control.load(fromByteOffset: typeOffset, as: Int32.self) == Int32(SCM_RIGHTS)
                {
                    let end = min(control.load(as: Int.self), message.msg_controllen)
                    var index = 0
                    while length(of: index + 1) <= end {
                        take(control.load(fromByteOffset: length(of: index), as: Int32.self))
                        index += 1
                    }
                }
                return (count, message.msg_flags & Int32(MSG_CTRUNC) != 0)
            }
        }
    }
}
