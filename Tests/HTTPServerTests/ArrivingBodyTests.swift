import EventLoop
import HTTPServer
import Testing

/// Requests that are handed over before their body has arrived.
@Suite struct ArrivingBodyTests {
    private static let head = "POST /a HTTP/1.1\r\nHost: h\r\n"

    /// A server whose requests are all passed on immediately.
    private func run(
        _ configuration: HTTPConfiguration = HTTPConfiguration(), takesCoded: Bool = true,
        _ body: (TestServer) throws -> Void
    ) throws {
        try TestServer.run(configuration) { test in
            test.handler.onHead = { _ in .stream(takesCoded: takesCoded, label: 7) }
            test.handler.keepExchanges()
            try body(test)
        }
    }

    /// Takes what is there.
    private func take(_ exchange: Exchange, atMost count: Int = 1 << 20) -> (text: String, last: ArrivingBody.Taken?) {
        var text = ""
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { room in
            while true {
                let taken = exchange.body?.take(into: room)
                guard case .bytes(let count) = taken else { return (text, taken) }
                text += String(decoding: room[..<count], as: UTF8.self)
            }
        }
    }

    private func begun(_ test: TestServer, at index: Int = 0) throws -> Exchange {
        try test.run(until: { test.handler.exchanges.count > index })
        return test.handler.exchanges[index]
    }

    @Test func bodyOfKnownLength() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 10\r\n\r\nfirst")
            let exchange = try begun(test)
            #expect(exchange.body?.lengthBytes == 10)
            #expect(take(exchange, atMost: 2) == ("first", .notYet))
            var arrivals = 0
            exchange.body?.onArrival = { arrivals += 1 }
            // What follows the body is another request.
            try client.send("other" + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { arrivals > 0 })
            #expect(take(exchange) == ("other", .end))
            exchange.respond(.plainText("done" as StaticString, status: 200))
            #expect(try client.answer().body == "done")
            let next = try begun(test, at: 1)
            #expect(next.body?.lengthBytes == 0)
            #expect(take(next) == ("", .end))
            next.respond(.plainText("next" as StaticString, status: 200))
            #expect(try client.answer().body == "next")
        }
    }

    /// Chunks arrive in any pieces; the connection serves the next request.
    @Test func bodyInChunks() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n")
            let exchange = try begun(test)
            #expect(exchange.body?.lengthBytes == nil)
            var text = ""
            var last: ArrivingBody.Taken?
            exchange.body?.onArrival = {
                let taken = take(exchange, atMost: 3)
                text += taken.text
                last = taken.last
            }
            for byte in "5;a=b\r\nfirst\r\n6\r\nsecond\r\n0\r\nx: y\r\n\r\n" {
                try client.send(String(byte))
                test.loop.runOnce()
            }
            try test.run(until: { last == .end })
            #expect(text == "firstsecond")
            exchange.respond(.plainText("done" as StaticString, status: 200))
            #expect(try client.answer().body == "done")
            try client.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = try begun(test, at: 1)
        }
    }

    @Test func brokenChunks() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Transfer-Encoding: chunked\r\n\r\nx\r\n")
            let exchange = try begun(test)
            guard case .failed(.malformed) = take(exchange).last else {
                Issue.record("taken")
                return
            }
            exchange.respond(.plainText("bad" as StaticString, status: 400))
            let answer = try client.answer()
            #expect(answer.fields.contains { $0.name == "connection" && $0.value == "close" })
        }
    }

    @Test func bodyThatEndsEarly() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 10\r\n\r\nfirst")
            let exchange = try begun(test)
            #expect(take(exchange).last == .notYet)
            var hasArrived = false
            exchange.body?.onArrival = { hasArrived = true }
            client.finishSending()
            try test.run(until: { hasArrived })
            guard case .failed = take(exchange).last else {
                Issue.record("taken")
                return
            }
            exchange.respond(.plainText("bad" as StaticString, status: 400))
            #expect(try client.answer().status == 400)
        }
    }

    /// What isn't taken would look like the next request.
    @Test func answerBeforeTheBodyEndsTheConnection() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 30\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
            try begun(test).respond(.plainText("no" as StaticString, status: 403))
            let answer = try client.answer()
            #expect(answer.status == 403)
            #expect(answer.fields.contains { $0.name == "connection" && $0.value == "close" })
            #expect(test.handler.exchanges.count == 1)
        }
    }

    /// A client that sends faster than the handler takes has to wait.
    @Test func clientIsHeldUp() throws {
        var configuration = HTTPConfiguration()
        configuration.pipelineLimitBytes = 4096
        try run(configuration) { test in
            let client = try test.connect()
            try client.send(Self.head + "Content-Length: 100000\r\n\r\n")
            let exchange = try begun(test)
            try client.send(String(repeating: "a", count: 50_000))
            test.run(for: .milliseconds(20))
            let first = take(exchange).text.utf8.count
            #expect((1...4096 + 8192).contains(first))
            var count = first
            exchange.body?.onArrival = { count += take(exchange).text.utf8.count }
            try test.run(until: { count == 50_000 })
            try client.send(String(repeating: "b", count: 50_000))
            try test.run(until: { count == 100_000 })
            #expect(exchange.body?.hasEnded == true)
            exchange.respond(.plainText("done" as StaticString, status: 200))
            #expect(try client.answer().body == "done")
        }
    }

    @Test func clientIsToldToGoOn() throws {
        try run { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n")
            let exchange = try begun(test)
            try test.run(until: {
                client.receive()
                return client.text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n")
            })
            try client.send("a")
            try test.run(until: { take(exchange).text == "a" })
        }
    }

    /// The handler answers a client that sends nothing for too long.
    @Test func silentClientIsGivenUp() throws {
        var configuration = HTTPConfiguration()
        configuration.bodyTimeout = .milliseconds(30)
        try run(configuration) { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 10\r\n\r\nfirst")
            let exchange = try begun(test)
            let failure = try failure(of: exchange, test)
            #expect(failure.status == 408)
            exchange.respond(.plainText("late" as StaticString, status: 408))
            let answer = try client.answer()
            #expect((answer.status, answer["connection"]) == (408, "close"))
        }
    }

    /// No time counts while the client waits for the handler.
    @Test func heldUpClientIsNotGivenUp() throws {
        var configuration = HTTPConfiguration()
        configuration.bodyTimeout = .milliseconds(30)
        configuration.pipelineLimitBytes = 4096
        try run(configuration) { test in
            let client = try test.connect()
            try client.send(Self.head + "Content-Length: 20000\r\n\r\n" + String(repeating: "a", count: 20_000))
            let exchange = try begun(test)
            test.run(for: .milliseconds(100))
            var count = take(exchange).text.utf8.count
            exchange.body?.onArrival = { count += take(exchange).text.utf8.count }
            try test.run(until: { count == 20_000 })
        }
    }

    /// A client that keeps sending while the server drains has as long as one whose request has partly arrived.
    @Test func drainingLimitsTheBody() throws {
        var configuration = HTTPConfiguration()
        configuration.drainTimeout = .milliseconds(30)
        try run(configuration) { test in
            let client = try test.connect()
            try client.send(Self.head + "Content-Length: 10\r\n\r\nfirst")
            let exchange = try begun(test)
            test.server.drain()
            #expect(try failure(of: exchange, test).status == 408)
        }
    }

    /// What waits for the handler is counted like a body in memory.
    @Test func memoryIsCounted() throws {
        var configuration = HTTPConfiguration()
        configuration.memory = MemoryAccount(limitBytes: 10_000)
        try run(configuration) { test in
            let client = try test.connect()
            try client.send(Self.head + "Content-Length: 100000\r\n\r\n" + String(repeating: "a", count: 50_000))
            let exchange = try begun(test)
            #expect(try failure(of: exchange, test) == .outOfMemory)
            exchange.respond(.plainText("no" as StaticString, status: 503))
            #expect(try client.answer().status == 503)
        }
        #expect(configuration.memory?.state.requestBytes == 0)
    }

    /// Bodies in all framings and sizes are counted as they were sent, when they were taken to their end.
    @Test(arguments: [0, 1, 8_192, 262_145, 1_000_000])
    func bytesAreReported(count: Int) throws {
        let body = String(repeating: "x", count: count)
        let chunk = "\(String(count, radix: 16))\r\n\(body)\r\n"
        for message in [
            "Content-Length: \(count)\r\n\r\n\(body)",
            "Transfer-Encoding: chunked\r\n\r\n\(count == 0 ? "" : chunk)0\r\n\r\n",
        ] {
            try run { test in
                let client = try test.connect()
                try client.send(Self.head + message)
                let exchange = try begun(test)
                var taken = take(exchange)
                exchange.body?.onArrival = {
                    let (text, last) = take(exchange)
                    taken = (taken.text + text, last)
                }
                try test.run(until: { taken.last == .end })
                #expect(taken.text == body)
                exchange.respond(.plainText("four" as StaticString, status: 200))
                #expect(try client.answer().status == 200)
                #expect(test.handler.reports.map(\.requestBytes) == [count])
                #expect(test.handler.reports.map(\.label) == [7])
            }
        }
    }

    @Test(arguments: [true, false])
    func contentCodings(takesCoded: Bool) throws {
        try run(takesCoded: takesCoded) { test in
            let client = try test.connect()
            try client.send(Self.head + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\ncoded")
            if takesCoded {
                #expect(take(try begun(test)) == ("coded", .end))
            } else {
                let answer = try client.answer()
                #expect((answer.status, answer["accept-encoding"]) == (415, "identity"))
            }
        }
    }

    /// What `take` says in the end.
    private func failure(of exchange: Exchange, _ test: TestServer) throws -> RequestFailure {
        var failure: RequestFailure?
        let look = {
            if case .failed(let found) = take(exchange).last { failure = found }
        }
        exchange.body?.onArrival = look
        look()
        try test.run(until: { failure != nil })
        return try #require(failure)
    }
}
