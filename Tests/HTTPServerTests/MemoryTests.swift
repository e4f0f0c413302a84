import EventLoop
import Testing

@testable import HTTPServer

/// What a server does when the memory for requests is used up, and that it gives back what it took.
@Suite struct MemoryTests {
    private func run(_ limitBytes: Int, _ body: (TestServer, MemoryAccount) throws -> Void) throws {
        let account = MemoryAccount(limitBytes: limitBytes)
        var configuration = HTTPConfiguration()
        configuration.memory = account
        try TestServer.run(configuration) { test in
            test.handler.onRequest = { request, exchange in
                exchange.respond(.plainText("\(request.body.count)", status: 200))
            }
            try body(test, account)
        }
        #expect(account.state.requestBytes == 0)
    }

    private func post(_ count: Int, _ fields: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\(fields)\r\n"
    }

    /// What was announced takes nothing; what has arrived does.
    @Test func memoryComesWithTheBytes() throws {
        try run(100 << 20) { test, account in
            let clients = try (0..<20).map { _ in try test.pair() }
            for client in clients { try client.send(post(80 << 20)) }
            try test.run(until: { test.server.openConnections.allSatisfy { $0.state == .readingBody } })
            #expect(account.state.requestBytes == 0)
            try clients[0].send(String(repeating: "x", count: 300_000))
            try test.run(until: { account.state.requestBytes >= 300_000 })
            #expect(account.state.requestBytes <= 2 << 20)
        }
    }

    /// A body that can't fit is refused because of its announced size; a client that asks first isn't told to continue.
    @Test(arguments: ["", "Expect: 100-continue\r\n"])
    func announcementThatCannotFit(fields: String) throws {
        try run(1 << 20) { test, _ in
            let client = try test.pair()
            try client.send(post(2 << 20, fields))
            let answer = try client.answer()
            #expect(answer.status == 503)
            #expect(answer["retry-after"] == "1")
        }
    }

    /// Bodies that arrive together and don't fit together: the one that comes too late is refused in the middle.
    @Test func budgetIsShared() throws {
        try run(4 << 20) { test, account in
            let (first, second) = (try test.pair(), try test.pair())
            try first.send(post(3 << 20))
            try second.send(post(3 << 20))
            let part = String(repeating: "x", count: 5 << 19)
            try first.send(part)
            try test.run(until: { account.state.requestBytes >= part.utf8.count })
            try second.send(part)
            #expect(try second.answer().status == 503)
            try first.send(String(repeating: "x", count: (3 << 20) - part.utf8.count))
            #expect(try first.answer().body == "\(3 << 20)")
        }
    }

    /// A chunked body has no announcement.
    @Test func chunkedBody() throws {
        try run(1 << 20) { test, _ in
            let client = try test.pair()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "80000\r\n" + String(repeating: "x", count: 0x80000) + "\r\n"
            try client.send(chunk)
            try client.send(chunk)
            try client.send(chunk)
            let answer = try client.answer()
            #expect(answer.status == 503)
            #expect(answer["connection"] == "close")
        }
    }

    /// A large head takes memory as well.
    @Test func head() throws {
        try run(10_000) { test, _ in
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\nA: " + String(repeating: "a", count: 30_000))
            #expect(try client.answer().status == 503)
        }
    }

    /// Code that keeps a body keeps its memory.
    @Test func bodyCountsWhileItIsKept() throws {
        try run(1 << 20) { test, account in
            var kept: Buffer?
            test.handler.onRequest = { request, exchange in
                kept = request.body
                exchange.respond(.empty(200))
            }
            let client = try test.pair()
            try client.send(post(700_000) + String(repeating: "x", count: 700_000))
            #expect(try client.answer().status == 200)
            #expect(account.state.requestBytes >= 700_000)
            try client.send(post(700_000))
            #expect(try client.answer().status == 503)
            #expect(kept != nil)
            kept = nil
            #expect(account.state.requestBytes < 100_000)
        }
    }

    /// A client that sends requests and takes no answers: its requests stay where they are until it does.
    @Test func answersThatNobodyTakes() throws {
        var configuration = HTTPConfiguration()
        configuration.pendingLimitBytes = 10_000
        try TestServer.run(configuration) { test in
            var answered = 0
            let body = [UInt8](repeating: 1, count: 1_000)
            test.handler.onRequest = { _, exchange in
                answered += 1
                exchange.respond(Response(status: 200, body: .segment(.bytes(body))))
            }
            let client = try test.pair()
            let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
            for _ in 0..<20 { try client.send(String(repeating: request, count: 100)) }
            test.run(for: .milliseconds(50))
            #expect(answered < 2_000)
            #expect(test.server.openConnections[0].pendingBytes < 400_000)
            client.finishSending()
            for _ in 0..<2_000 { #expect(try client.answer().status == 200) }
            #expect(answered == 2_000)
        }
    }
}
