internal import CLibuv
internal import Glibc

/// A TCP socket that accepts connections. It closes when its owner releases it.
public final class Listener {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private var onConnection: (TCPStream) -> Void
    private var isClosed = false
    /// The port that the socket listens on; chosen by the kernel if port 0 was requested.
    public private(set) var port = 0

    /// Listens on `host`, a name or an address (IPv6 with or without brackets). `onConnection` is called on the loop.
    ///
    /// This resolves names synchronously and may block, so listen before the loop runs. If a name has several
    /// addresses, the socket binds to the first usable one; ``addresses(of:on:)`` lists them all. `onConnection` owns
    /// each new stream and must close it.
    public init(
        on loop: EventLoop, host: String, port: Int, backlog: Int32 = 1_024,
        onConnection: @escaping (TCPStream) -> Void
    ) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let socket = try Self.boundSocket(on: loop, host: host, port: port)
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        handle.initialize(to: uv_tcp_t())
        let status = uv_tcp_init(loop.raw, handle)
        guard status == 0 else {
            Glibc.close(socket)
            handle.deallocate()
            throw .libuv(status, in: "uv_tcp_init")
        }
        self.loop = loop
        self.handle = handle
        self.onConnection = onConnection
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()

        let listening = listen(on: socket, backlog: backlog)
        guard listening == 0 else {
            close()
            throw .cannotListen(host: host, port: port, code: listening)
        }
        self.port = boundPort()
    }

    deinit {
        close()
    }

    /// The distinct addresses of `host` as text. Resolves names, so this may block.
    public static func addresses(of host: String, on loop: EventLoop) throws(EventLoopError) -> [String] {
        loop.preconditionInEventLoop()
        let resolved = try Resolved(host: host, port: 0, on: loop)
        var addresses: [String] = []
        var next: UnsafeMutablePointer<addrinfo>? = resolved.first
        while let candidate = next {
            if let text = text(of: candidate.pointee.ai_addr), !addresses.contains(text) { addresses.append(text) }
            next = candidate.pointee.ai_next
        }
        return addresses
    }

    /// Stops listening and refuses new connections. Accepted connections stay open. Closing twice does nothing.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        onConnection = { $0.close() }
        loop.letGo(handle)
    }

    // MARK: - Inside

    /// Binds a socket to the first address of `host` that can be bound.
    private static func boundSocket(on loop: EventLoop, host: String, port: Int) throws(EventLoopError) -> Int32 {
        let resolved = try Resolved(host: host, port: port, on: loop)
        var next: UnsafeMutablePointer<addrinfo>? = resolved.first
        var status = UV_EADDRNOTAVAIL.rawValue
        while let candidate = next {
            status = coguv_bound_socket(candidate)
            if status >= 0 { return status }
            next = candidate.pointee.ai_next
        }
        throw .cannotListen(host: host, port: port, code: status)
    }

    /// Passes `socket` to libuv, which closes it with the handle, and starts to accept.
    private func listen(on socket: Int32, backlog: Int32) -> Int32 {
        let status = uv_tcp_open(handle, socket)
        guard status == 0 else {
            Glibc.close(socket)
            return status
        }
        return handle.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream in
            uv_listen(stream, backlog) { stream, status in
                guard status == 0 else { return }
                Unmanaged<Listener>.fromOpaque(stream!.pointee.data).takeUnretainedValue().accept()
            }
        }
    }

    private func accept() {
        let stream: TCPStream
        do throws(EventLoopError) {
            stream = try TCPStream(on: loop)
        } catch {
            // Not an error to ignore: libuv listens again only after the connection has been accepted. It can't happen,
            // because a handle without an address family needs nothing from the kernel (libuv: uv_tcp_init).
            preconditionFailure("\(error)")
        }
        let status = handle.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream.accept(from: $0) }
        guard status == 0 else {
            stream.close()
            return
        }
        let onConnection = onConnection
        onConnection(stream)
    }

    private func boundPort() -> Int {
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { address in
            let status = address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                uv_tcp_getsockname(handle, $0, &length)
            }
            return status == 0 ? Int(coguv_port(address)) : 0
        }
    }
}

@available(*, unavailable)
extension Listener: Sendable {}

/// An address in numeric form, without its port.
func text(of address: UnsafePointer<sockaddr>) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        guard uv_ip_name(address, text.baseAddress, text.count) == 0 else { return nil }
        return String(cString: text.baseAddress!)
    }
}

/// The addresses of a host name.
private final class Resolved {
    let first: UnsafeMutablePointer<addrinfo>

    init(host: String, port: Int, on loop: EventLoop) throws(EventLoopError) {
        guard (0...65_535).contains(port) else {
            throw .cannotListen(host: host, port: port, code: UV_EINVAL.rawValue)
        }
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var request = uv_getaddrinfo_t()
        // Without a callback, the lookup completes before the call returns.
        let status = uv_getaddrinfo(loop.raw, &request, nil, name, String(port), &hints)
        guard status == 0 else {
            throw .cannotResolve(host: host, code: status)
        }
        first = request.addrinfo
    }

    deinit {
        uv_freeaddrinfo(first)
    }
}
