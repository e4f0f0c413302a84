import EventLoop
import Testing

@testable import HTTPServer

/// Bodies that go to a receiver piece by piece.
@Suite struct StreamingTests {
    /// Keeps what it is told.
    final class Receiver: BodyReceiver {
        var intake: BodyIntake?
        var bytes: [UInt8] = []
        var pieceCount = 0
        var largestPiece = 0
        var hasEnded = false
        var isAbandoned = false
        /// After how many pieces it has had enough.
        var patience = Int.max

        func began(_ intake: BodyIntake) { self.intake = intake }

        func received(_ piece: Buffer) -> Bool {
            bytes += piece.bytes
            pieceCount += 1
            largestPiece = max(largestPiece, piece.count)
            return pieceCount < patience
        }

        func ended() { hasEnded = true }
        func abandoned() { isAbandoned = true }
    }

    private static let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    private func run(
        _ configuration: HTTPConfiguration = HTTPConfiguration(), limit: Int = .max,
        _ body: (TestServer, Receiver) throws -> Void
    ) throws {
        let receiver = Receiver()
        try TestServer.run(configuration) { test in
            test.handler.onHead = { $0.method == .post ? .receive(receiver, limitBytes: limit) : .accept() }
            test.handler.onRequest = { request, exchange in
                let isReceiver = request.receiver.map { $0 === receiver } ?? false
                exchange.respond(.plainText("\(request.body.count) \(isReceiver)", status: 200))
            }
            try body(test, receiver)
        }
        receiver.intake = nil
    }

    private func post(_ framing: String) -> [UInt8] {
        Array("POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n".utf8)
    }

    private static func chunked(_ body: [UInt8], size: Int) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: size) {
            let chunk = body[start..<min(start + size, body.count)]
            text += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        return text + Array("0\r\n\r\n".utf8)
    }

    @Test(arguments: [1, 1_000, 8_192, 262_143, 262_144, 262_145, 1_000_000])
    func piecesAreTheBody(count: Int) throws {
        let body = Array(Self.body.prefix(count))
        for message in [
            post("Content-Length: \(count)") + body,
            post("Transfer-Encoding: chunked") + Self.chunked(body, size: max(1, count / 7)),
        ] {
            try run { test, receiver in
                let client = try test.connect()
                try client.send(message)
                #expect(try client.answer().body == "0 true")
                #expect(receiver.bytes == body)
                #expect(receiver.hasEnded && !receiver.isAbandoned)
                #expect(receiver.largestPiece < 2 * Connection.pieceBytes)
                // The connection lives on.
                try client.send(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
                #expect(try client.answer().body == "0 false")
            }
        }
    }

    @Test func aBodyMayBeEmpty() throws {
        try run { test, receiver in
            let client = try test.connect()
            try client.send(post("Content-Length: 0"))
            #expect(try client.answer().body == "0 true")
            #expect(receiver.hasEnded && receiver.pieceCount == 0)
        }
    }

    @Test(arguments: [
        "Content-Length: 101", "Transfer-Encoding: chunked\r\n\r\n65\r\n\(String(repeating: "x", count: 101))\r\n0",
    ])
    func bodiesHaveALimit(framing: String) throws {
        try run(limit: 100) { test, receiver in
            let client = try test.connect()
            try client.send(post(framing))
            #expect(try client.answer().status == 413)
            #expect(receiver.isAbandoned && !receiver.hasEnded)
        }
    }

    @Test func aReceiverSlowsTheClientDown() throws {
        try run { test, receiver in
            receiver.patience = 1
            let client = try test.connect()
            try client.send(post("Content-Length: 1000000") + Self.body.prefix(300_000))
            try test.run(until: { receiver.pieceCount == 1 })
            let stream = try #require(test.server.openConnections.first).stream
            #expect(!stream.isReading)
            receiver.patience = .max
            receiver.intake?.resume()
            #expect(stream.isReading)
            try client.send(Array(Self.body.dropFirst(300_000)))
            #expect(try client.answer().status == 200)
            #expect(receiver.bytes == Self.body)
        }
    }

    @Test func aReceiverRefuses() throws {
        try run { test, receiver in
            let client = try test.connect()
            try client.send(post("Content-Length: 1000000") + Self.body.prefix(300_000))
            try test.run(until: { receiver.pieceCount == 1 })
            receiver.intake?.refuse(.plainText("enough", status: 507))
            let answer = try client.answer()
            #expect((answer.status, answer.body) == (507, "enough"))
            // Once is enough.
            receiver.intake?.refuse(.plainText("again", status: 500))
            receiver.intake?.resume()
        }
    }

    @Test func aClientThatLeavesIsTold() throws {
        try run { test, receiver in
            let client = try test.connect()
            try client.send(post("Content-Length: 1000000") + Self.body.prefix(300_000))
            try test.run(until: { receiver.pieceCount == 1 })
            client.reset()
            try test.run(until: { receiver.isAbandoned })
            #expect(!receiver.hasEnded)
        }
    }

    @Test func aContentCodingIsRefused() throws {
        try run { test, receiver in
            let client = try test.connect()
            try client.send(post("Content-Encoding: gzip\r\nContent-Length: 5") + Array("xxxxx".utf8))
            let answer = try client.answer()
            #expect(answer.status == 415)
            #expect(receiver.isAbandoned)
        }
    }

    @Test func memoryIsCounted() throws {
        var configuration = HTTPConfiguration()
        configuration.memory = MemoryAccount(limitBytes: 200_000)
        try run(configuration) { test, receiver in
            let client = try test.connect()
            try client.send(post("Content-Length: 1000000") + Self.body.prefix(300_000))
            #expect(try client.answer().status == 503)
            #expect(receiver.isAbandoned)
        }
        #expect(configuration.memory?.state.requestBytes == 0)
    }
}
