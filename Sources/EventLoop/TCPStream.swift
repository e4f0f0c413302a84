internal import CLibuv
internal import Glibc

/// A TCP connection, made by a ``Listener``.
public final class TCPStream: Stream {
    init(on loop: EventLoop) throws(EventLoopError) {
        // uv_tcp_t begins with the members of uv_stream_t, by libuv's design.
        let memory = calloc(1, MemoryLayout<uv_tcp_t>.size)!.assumingMemoryBound(to: uv_stream_t.self)
        try super.init(on: loop, handle: memory, in: "uv_tcp_init") { handle in
            handle.withMemoryRebound(to: uv_tcp_t.self, capacity: 1) { uv_tcp_init(loop.raw, $0) }
        }
    }

    /// Whether the kernel knows that the peer has reset the connection.
    ///
    /// A peer that closed its socket looks like one that only finished sending, until something is sent to it. The
    /// reset that it then sends goes unnoticed by a stream that isn't reading. This asks the kernel.
    public var isReset: Bool {
        guard !hasFailed, let descriptor else { return true }
        return coguv_tcp_is_reset(descriptor) == 1
    }

    /// How many bytes the kernel has accepted and the peer hasn't acknowledged yet.
    public var unacknowledgedBytes: Int {
        descriptor.map { Int(coguv_unacknowledged($0)) } ?? 0
    }

    /// Closes the socket so that the peer sees a reset instead of a regular end; drops what is still queued.
    public func reset() {
        if let descriptor {
            // A linger time of 0 makes the kernel reset the connection. If setting it fails, the close is a regular
            // one.
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    /// The peer's address as text, such as `127.0.0.1` or `::1`; `nil` if the peer is gone.
    public var peerAddress: String? {
        guard !isClosed else { return nil }
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { address -> String? in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> String? in
                let status = handle.withMemoryRebound(to: uv_tcp_t.self, capacity: 1) {
                    uv_tcp_getpeername($0, address, &length)
                }
                guard status == 0 else { return nil }
                return text(of: address)
            }
        }
    }

    /// Accepts the next connection of a listening handle.
    func accept(from listener: UnsafeMutablePointer<uv_stream_t>) -> Int32 {
        let status = uv_accept(listener, handle)
        guard status == 0 else { return status }
        // Responses leave immediately; otherwise small ones would wait for the acknowledgment of earlier ones.
        handle.withMemoryRebound(to: uv_tcp_t.self, capacity: 1) { _ = uv_tcp_nodelay($0, 1) }
        return 0
    }
}

/// A Unix-domain stream socket or a pipe, identified by its descriptor.
public final class PipeStream: Stream {
    /// Takes over `descriptor`: makes it non-blocking and closes it with the stream. Doesn't close it if this throws.
    public init(on loop: EventLoop, descriptor: Int32) throws(EventLoopError) {
        let memory = calloc(1, MemoryLayout<uv_pipe_t>.size)!.assumingMemoryBound(to: uv_stream_t.self)
        try super.init(on: loop, handle: memory, in: "uv_pipe_init") { handle in
            handle.withMemoryRebound(to: uv_pipe_t.self, capacity: 1) { uv_pipe_init(loop.raw, $0, 0) }
        }
        let status = memory.withMemoryRebound(to: uv_pipe_t.self, capacity: 1) { uv_pipe_open($0, descriptor) }
        guard status == 0 else {
            close()
            throw .libuv(status, in: "uv_pipe_open")
        }
    }
}
