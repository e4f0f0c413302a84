import EventLoop
import Glibc
import Testing

@Suite struct ListenerTests {
    /// Names and literals can be listened on, IPv6 with and without brackets; port 0 is the kernel's choice.
    @Test(arguments: ["127.0.0.1", "localhost", "::1", "[::1]"])
    func listensOnHost(host: String) throws {
        try withLoop { loop in
            var accepted: [TCPStream] = []
            let listener = try Listener(on: loop, host: host, port: 0) { accepted.append($0) }
            #expect(listener.port > 0)
            let client = try connect(port: listener.port, isIPv6: host.contains(":"))
            try #require(client >= 0 || host == "localhost")
            if client >= 0 {
                try loop.run(until: { accepted.count == 1 })
                #expect(accepted[0].peerAddress == (host.contains(":") ? "::1" : "127.0.0.1"))
                Glibc.close(client)
            }
            for stream in accepted { stream.close() }
            listener.close()
        }
    }

    /// The error about a port in use names host and port.
    @Test func portInUse() throws {
        try withLoop { loop in
            let listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { $0.close() }
            let error = #expect(throws: EventLoopError.self) {
                try Listener(on: loop, host: "127.0.0.1", port: listener.port) { $0.close() }
            }
            #expect(error == .cannotListen(host: "127.0.0.1", port: listener.port, code: -EADDRINUSE))
            #expect(
                "\(error!)" == "cannot listen on 127.0.0.1 port \(listener.port): address already in use")
            listener.close()
        }
    }

    /// A host that doesn't exist and an invalid port are reported.
    @Test func badAddresses() throws {
        try withLoop { loop in
            #expect(throws: EventLoopError.self) {
                try Listener(on: loop, host: "no such host", port: 0) { $0.close() }
            }
            #expect(throws: EventLoopError.self) {
                try Listener(on: loop, host: "127.0.0.1", port: 65_536) { $0.close() }
            }
        }
    }

    /// A closed listener refuses connections.
    @Test func closedListenerRefuses() throws {
        try withLoop { loop in
            let listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { $0.close() }
            listener.close()
            loop.runOnce()
            #expect(try connect(port: listener.port, isIPv6: false) == -1)
        }
    }

    /// A reset is seen by asking the kernel, also by a stream that does not read.
    @Test func resetIsSeenWithoutReading() throws {
        try withLoop { loop in
            var accepted: TCPStream?
            let listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { accepted = $0 }
            let client = try connect(port: listener.port, isIPv6: false)
            try loop.run(until: { accepted != nil })
            let stream = try #require(accepted)
            #expect(!stream.isReset)
            Glibc.close(client)
            usleep(10_000)
            // The end of the stream alone doesn't show whether the client keeps reading.
            #expect(!stream.isReset)
            stream.write([1])
            try loop.run(until: { stream.isReset })
            stream.close()
            listener.close()
        }
    }

    /// A connection that is reset, not closed, fails at the peer.
    @Test func resetReachesThePeer() throws {
        try withLoop { loop in
            var accepted: TCPStream?
            let listener = try Listener(on: loop, host: "127.0.0.1", port: 0) { accepted = $0 }
            let client = try connect(port: listener.port, isIPv6: false)
            try loop.run(until: { accepted != nil })
            accepted?.reset()
            loop.runOnce()
            var byte: UInt8 = 0
            #expect(read(client, &byte, 1) == -1)
            #expect(errno == ECONNRESET)
            Glibc.close(client)
            listener.close()
        }
    }
}

/// A blocking connection to a loopback port; -1 when it is refused.
func connect(port: Int, isIPv6: Bool) throws -> Int32 {
    let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    var status: Int32
    if isIPv6 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(port).bigEndian
        address.sin6_addr = in6addr_loopback
        status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    } else {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
    guard status == 0 else {
        Glibc.close(descriptor)
        return -1
    }
    return descriptor
}
