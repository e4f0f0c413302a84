import Glibc
import Testing
import WorkerProtocol

@Suite struct DescriptorListTests {
    /// Several descriptors and the bytes that they belong to arrive together, in their order.
    @Test(arguments: [0, 1, 5, passedDescriptorLimit])
    func descriptorsArriveInOrder(count: Int) throws {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        defer { for descriptor in pair { close(descriptor) } }
        // Distinguished by their offsets.
        let files = (0..<count).map { file(at: $0) }
        let bytes: [UInt8] = [1, 2, 3]
        #expect(bytes.withUnsafeBytes { sendDescriptors(files, over: pair[0], with: $0) })
        for file in files { close(file) }
        var received: [Int32] = []
        var space = [UInt8](repeating: 0, count: 16)
        let length = space.withUnsafeMutableBytes { receiveDescriptors(from: pair[1], into: $0, &received) }
        #expect(Array(space[..<max(0, length)]) == bytes)
        #expect(received.map { lseek($0, 0, SEEK_CUR) } == (0..<count).map { off_t($0) })
        #expect(received.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        for descriptor in received { close(descriptor) }
    }

    /// The end of the stream and a closed socket are reported like by recvmsg.
    @Test func endIsTold() throws {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        close(pair[0])
        var received: [Int32] = []
        var space = [UInt8](repeating: 0, count: 16)
        #expect(space.withUnsafeMutableBytes { receiveDescriptors(from: pair[1], into: $0, &received) } == 0)
        #expect(!space.withUnsafeBytes { sendDescriptors([], over: pair[1], with: $0) })
        close(pair[1])
    }

    private func file(at position: Int) -> Int32 {
        let file = open("/proc/self/exe", O_RDONLY)
        lseek(file, off_t(position), SEEK_SET)
        return file
    }
}
