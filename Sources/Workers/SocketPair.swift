internal import EventLoop
internal import Glibc
internal import WorkerProtocol

/// The two ends of a channel between the server and a worker.
struct SocketPair: ~Copyable {
    /// Room for a batch of frames, so that the Python thread rarely waits for the server.
    private static let bufferBytes: Int32 = 1 << 20

    let ours: OwnedDescriptor
    let theirs: OwnedDescriptor

    /// Makes a pair that is closed on exec.
    init() throws(EventLoopError) {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw .libuv(-errno, in: "socketpair") }
        var bytes = Self.bufferBytes
        for descriptor in pair {
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        ours = OwnedDescriptor(taking: pair[0])
        theirs = OwnedDescriptor(taking: pair[1])
    }
}
