import EventLoop
import HTTPServer
import Testing

/// Requests that are handed over before their body has arrived.
@Suite struct ArrivingBodyTests {
    private static let head = "POST /a HTTP/1.1\r\nHost: h\r\n"

    /// A server whose requests are all handed over at once.
    private func run(
        _ configuration: HTTPConfiguration = HTTPConfiguration(), _ body: (TestServer) throws -> Void
    ) throws {
        try TestServer.run(configuration) { test in
            test.handler.onHead = { _ in .stream() }
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

    @Test func silentClientIsGivenUp() throws {
        var configuration = HTTPConfiguration()
        configuration.bodyTimeout = .milliseconds(30)
        try run(configuration) { test in
            let client = try test.pair()
            try client.send(Self.head + "Content-Length: 10\r\n\r\nfirst")
            let exchange = try begun(test)
            #expect(take(exchange).last == .notYet)
            try test.run(until: { exchange.isClientGone })
        }
    }
}
