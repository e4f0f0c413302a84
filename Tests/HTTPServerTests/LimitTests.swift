import EventLoop
import Testing

@testable import HTTPServer

extension HTTPServer {
    /// Received bytes that no request was made of yet.
    fileprivate var waitingBytes: Int {
        openConnections.reduce(0) { $0 + $1.input.filled - $1.input.parsed }
    }
}

/// Every limit at its value, which is accepted, and one past it.
@Suite struct LimitTests {
    private func status(
        of request: String, _ configuration: HTTPConfiguration = HTTPConfiguration()
    ) throws -> (status: Int, close: Bool) {
        var result = (0, false)
        try TestServer.run(configuration) { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.empty(200)) }
            let client = try test.pair()
            try client.send(request)
            let answer = try client.answer()
            result = (answer.status, answer["connection"] == "close")
            if answer.status != 200 {
                #expect(!answer.body.isEmpty)
                client.finishSending()
                try client.expectEnd()
            }
        }
        return result
    }

    /// A target may have 65 536 bytes; a longer one is answered 414.
    @Test func targetLimit() throws {
        func request(_ count: Int) -> String {
            "GET /" + String(repeating: "a", count: count - 1) + " HTTP/1.1\r\nHost: h\r\n\r\n"
        }
        #expect(try status(of: request(65_536)) == (200, false))
        #expect(try status(of: request(65_537)) == (414, true))
        // Reported as soon as it is known, not at the end of the line.
        #expect(try status(of: "GET /" + String(repeating: "a", count: 65_537)) == (414, true))
    }

    /// A head may have 128 KiB; a longer one is answered 431.
    @Test func headLimit() throws {
        func request(_ count: Int) -> String {
            let start = "GET / HTTP/1.1\r\nHost: h\r\nA: "
            return start + String(repeating: "a", count: count - start.utf8.count - 4) + "\r\n\r\n"
        }
        #expect(try status(of: request(131_072)) == (200, false))
        #expect(try status(of: request(131_073)) == (431, true))
        #expect(try status(of: request(500_000)) == (431, true))
    }

    /// A head may have 100 fields; more are answered 431.
    @Test func fieldLimit() throws {
        func request(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: b\r\n", count: count - 1) + "\r\n"
        }
        #expect(try status(of: request(100)) == (200, false))
        #expect(try status(of: request(101)) == (431, true))
    }

    /// The limits of a head hold for a trailer too.
    @Test func trailerLimits() throws {
        func request(_ trailer: String) -> String {
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\(trailer)\r\n"
        }
        #expect(try status(of: request(String(repeating: "A: b\r\n", count: 100))) == (200, false))
        #expect(try status(of: request(String(repeating: "A: b\r\n", count: 101))) == (431, true))
        let value = String(repeating: "a", count: 131_071)
        #expect(try status(of: request("A: \(value)\r\n")) == (200, false))
        #expect(try status(of: request("A: a\(value)\r\n")) == (431, true))
    }

    /// A body by length is refused by its length, before it is read, with the configured text.
    @Test func bodyLimitByLength() throws {
        var configuration = HTTPConfiguration()
        configuration.bodyLimitBytes = 1_000
        func request(_ count: Int) -> String {
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\r\n"
        }
        let body = String(repeating: "x", count: 1_000)
        #expect(try status(of: request(1_000) + body, configuration) == (200, false))
        // Nothing of the body was sent. What is small enough is skipped, and the connection lives on.
        #expect(try status(of: request(1_001) + body + "x", configuration).status == 413)
        configuration.discardLimitBytes = 0
        #expect(try status(of: request(1_001), configuration) == (413, true))
    }

    /// The default limit of a body is 100 MiB.
    @Test func defaultBodyLimit() throws {
        let answer = try status(of: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 104857601\r\n\r\n")
        #expect(answer.status == 413)
        #expect(answer.close)
    }

    /// A chunked body is refused when it gets too long.
    @Test func bodyLimitByChunks() throws {
        var configuration = HTTPConfiguration()
        configuration.bodyLimitBytes = 1_000
        let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let half = "1f4\r\n" + String(repeating: "x", count: 500) + "\r\n"
        #expect(try status(of: head + half + half + "0\r\n\r\n", configuration) == (200, false))
        let answer = try status(of: head + half + half + "1\r\nx\r\n", configuration)
        #expect(answer.status == 413)
        #expect(answer.close)
    }

    /// A handler may allow less than the server.
    @Test func bodyLimitOfHandler() throws {
        try TestServer.run { test in
            test.handler.onHead = { head in head.path == "/small" ? .accept(bodyLimitBytes: 3) : .accept() }
            let client = try test.pair()
            try client.send("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.answer().status == 200)
            try client.send("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd")
            #expect(try client.answer().status == 413)
            try client.send("POST /other HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd")
            #expect(try client.answer().status == 200)
        }
    }

    /// Extensions are ignored, but not without end.
    @Test func chunkExtensionLimit() throws {
        func request(_ count: Int) -> String {
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "a", count: count)
                + "\r\nx\r\n0\r\n\r\n"
        }
        #expect(try status(of: request(4_096)) == (200, false))
        #expect(try status(of: request(4_097)) == (400, true))
    }

    /// Connections over the limit get a response that says so, and may return when others have left.
    @Test func connectionLimit() throws {
        var configuration = HTTPConfiguration()
        configuration.connectionLimit = 2
        try TestServer.run(configuration) { test in
            let first = try test.connect()
            let second = try test.connect()
            for client in [first, second] {
                try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.answer().status == 200)
            }
            let third = try test.connect()
            try third.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try third.answer()
            #expect(answer.status == 503)
            #expect(answer["connection"] == "close")
            try third.expectEnd()
            third.close()
            first.close()
            try test.run(until: { test.server.connectionCount == 1 })
            let fourth = try test.connect()
            try fourth.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try fourth.answer().status == 200)
        }
    }

    /// While a request runs, a client's further requests are taken up to a limit; the others wait in the kernel.
    @Test func pipelineLimit() throws {
        var configuration = HTTPConfiguration()
        configuration.pipelineLimitBytes = 1_000
        try TestServer.run(configuration) { test in
            test.handler.keepExchanges()
            let client = try test.connect()
            let request = "GET /" + String(repeating: "a", count: 100) + " HTTP/1.1\r\nHost: h\r\n\r\n"
            // Far more than is taken, far less than the kernel takes.
            let count = 200
            try client.send(String(repeating: request, count: count))
            test.run(for: .milliseconds(20))
            #expect(test.handler.exchanges.count == 1)
            #expect(test.server.waitingBytes >= 1_000)
            #expect(test.server.waitingBytes <= 1_000 + 8_192)
            // Each answer makes room for the next request.
            test.handler.onRequest = { _, exchange in exchange.respond(.empty(200)) }
            test.handler.exchanges.removeFirst().respond(.empty(200))
            for _ in 0..<count { #expect(try client.answer().status == 200) }
        }
    }
}
