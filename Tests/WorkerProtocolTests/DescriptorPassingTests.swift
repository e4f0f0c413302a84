import Glibc
import Testing
import WorkerProtocol

@Suite struct DescriptorPassingTests {
    private static let space = 4096

    /// Sends `count` descriptors at once, which no worker does.
    private func send(_ count: Int, of descriptor: Int32, over socket: Int32) -> Int {
        let length = 16 + 4 * count
        let padded = (length + 7) & ~7
        var byte: UInt8 = 7
        return withUnsafeMutablePointer(to: &byte) { byte in
            withUnsafeTemporaryAllocation(byteCount: padded, alignment: 8) { control in
                control.storeBytes(of: length, as: Int.self)
                control.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
                control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
                for index in 0..<count {
                    control.storeBytes(of: descriptor, toByteOffset: 16 + 4 * index, as: Int32.self)
                }
                var vector = iovec(iov_base: byte, iov_len: 1)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = padded
                    return sendmsg(socket, &message, 0)
                }
            }
        }
    }

    private func open(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }

    /// One descriptor arrives; of several one does, and the loss of the others is noticed.
    @Test(arguments: [0, 1, 2, 3, 253])
    func atMostOneArrives(count: Int) {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        var ours = OwnedDescriptor(taking: ends[0])
        var theirs = OwnedDescriptor(taking: ends[1])
        #expect(send(count, of: ends[1], over: ends[1]) == 1)
        let raw = withUnsafeTemporaryAllocation(byteCount: Self.space, alignment: 8) { space in
            let receipt = receiveWithDescriptor(ours.raw, into: space)
            let (received, raw, isLossy) = (receipt.count, receipt.descriptor.raw, receipt.hasLostDescriptors)
            #expect(received == 1)
            #expect((raw >= 0) == (count > 0))
            #expect(isLossy == (count > 1))
            #expect(raw < 0 || fcntl(raw, F_GETFD) == FD_CLOEXEC)
            return raw
        }
        theirs.close()
        // Nobody holds the other end any more, so none of the descriptors that were sent has stayed open.
        var byte: UInt8 = 0
        let end = recv(ours.raw, &byte, 1, Int32(MSG_DONTWAIT))
        #expect(end == 0, "descriptor \(raw) is open")
        ours.close()
        ours.close()
        let isOpen = ours.isOpen
        #expect(!isOpen)
    }

    /// A descriptor closes with its owner, unless it was given away.
    @Test func descriptorsCloseWithTheirOwner() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        func use(_ descriptor: consuming OwnedDescriptor) {
            let isOpen = descriptor.isOpen
            #expect(isOpen)
        }
        use(OwnedDescriptor(taking: ends[1]))
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 0)
        var owner = OwnedDescriptor(taking: ends[0])
        let raw = owner.take()
        let isOwned = owner.isOpen
        #expect(!isOwned && open(raw))
        close(raw)
    }
}
