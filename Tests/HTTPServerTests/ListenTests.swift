import EventLoop
import Glibc
import HTTPServer
import Testing

@Suite struct ListenTests {
    /// A name is listened on at all of its addresses, on one port.
    @Test func allAddressesOfAName() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, handler: TestHandler())
        let port = try server.listen(host: "localhost", port: 0)
        for address in try Listener.addresses(of: "localhost", on: loop) {
            // Taken, so this server has it.
            let error = #expect(throws: EventLoopError.self) {
                try Listener(on: loop, host: address, port: port) { $0.close() }
            }
            #expect(error?.code == -EADDRINUSE || error?.code == -EADDRNOTAVAIL)
        }
        server.close()
        loop.close()
        #expect(loop.handlesMade == loop.handlesClosed)
    }

    /// The error about a port in use names the host as given.
    @Test func portInUse() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, handler: TestHandler())
        let port = try server.listen(host: "127.0.0.1", port: 0)
        for host in ["127.0.0.1", "localhost"] {
            let error = #expect(throws: EventLoopError.self) { try server.listen(host: host, port: port) }
            #expect(error == .cannotListen(host: host, port: port, code: -EADDRINUSE))
        }
        #expect(throws: EventLoopError.self) { try server.listen(host: "no such host", port: 0) }
        server.close()
        loop.close()
        #expect(loop.handlesMade == loop.handlesClosed)
    }
}

@Suite struct TrapTests {
    /// To answer twice is a mistake of the handler, and stops the process where it is made.
    @Test func answeringTwice() async {
        await #expect(processExitsWith: .failure) {
            try TestServer.run { test in
                test.handler.onRequest = { _, exchange in
                    exchange.respond(.empty(200))
                    exchange.respond(.empty(200))
                }
                let client = try test.pair()
                try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try client.answer()
            }
        }
    }

    /// So is writing to a stream that is finished.
    @Test func writingAfterFinish() async {
        await #expect(processExitsWith: .failure) {
            try TestServer.run { test in
                test.handler.onRequest = { _, exchange in
                    let stream = exchange.startStream()
                    stream.finish()
                    stream.write([1])
                }
                let client = try test.pair()
                try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try client.answer()
            }
        }
    }
}
