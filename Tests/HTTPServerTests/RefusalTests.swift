import EventLoop
import HTTPServer
import Testing

@Suite struct RefusalTests {
    private func run(_ body: (TestServer) throws -> Void) throws {
        try TestServer.run { test in
            test.handler.onHead = { head in
                head.path == "/no" ? .refuse(.plainText("no", status: 415)) : .accept()
            }
            try body(test)
        }
    }

    /// A refused request without a body leaves the connection open.
    @Test func refusedWithoutBody() throws {
        try run { test in
            let client = try test.pair()
            try client.send("GET /no HTTP/1.1\r\nHost: h\r\n\r\nGET /yes HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 415)
            #expect(answer.body == "no")
            #expect(answer["connection"] == nil)
            #expect(try client.answer().body == "GET /yes ")
        }
    }

    /// A small body is skipped, and the connection lives on. The answer does not wait for it.
    @Test func smallBodyIsSkipped() throws {
        try run { test in
            let client = try test.pair()
            try client.send("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
            #expect(try client.answer().status == 415)
            try client.send(String(repeating: "x", count: 100_000) + "GET /yes HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().body == "GET /yes ")
        }
    }

    /// A large or chunked body ends the connection, after the client got to read the answer.
    @Test(arguments: ["Content-Length: 5000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n4C4B40\r\n"])
    func largeBodyEndsTheConnection(fields: String) throws {
        try run { test in
            let client = try test.connect()
            try client.send("POST /no HTTP/1.1\r\nHost: h\r\n\(fields)")
            // A client that sends all of its body before it reads.
            try client.send(String(repeating: "x", count: 5_000_000))
            let answer = try client.answer()
            #expect(answer.status == 415)
            #expect(answer["connection"] == "close")
            try client.expectEnd()
            client.close()
            try test.run(until: { test.server.connectionCount == 0 })
        }
    }

    /// A client that waits for a go-ahead gets none.
    @Test func noGoAheadWhenRefused() throws {
        try run { test in
            let client = try test.connect()
            try client.send("POST /no HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 415)
            #expect(answer["connection"] == "close")
            try client.expectEnd()
            let other = try test.connect()
            try other.send("POST /yes HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            #expect(try other.answer().status == 100)
            try other.send("hello")
            #expect(try other.answer().body == "POST /yes hello")
        }
    }

    /// A client that keeps sending after the last answer is cut off eventually, and one that sends nothing is cut off
    /// sooner.
    @Test func endlessClientIsCutOff() throws {
        var configuration = HTTPConfiguration()
        configuration.lingerTimeout = .milliseconds(100)
        configuration.lingerLimit = .milliseconds(400)
        try TestServer.run(configuration) { test in
            for sends in [true, false] {
                let client = try test.connect()
                try client.send("nonsense\r\n\r\n")
                #expect(try client.answer().status == 400)
                let start = ContinuousClock.now
                try test.run(until: {
                    if sends { _ = try? client.send("more") }
                    return test.server.connectionCount == 0
                })
                let time = ContinuousClock.now - start
                #expect(sends ? time > .milliseconds(300) : time < .milliseconds(300))
            }
        }
    }

    /// While data flows a client has time: it may send a whole body before it reads the answer.
    @Test func slowSenderGetsTheAnswer() throws {
        var configuration = HTTPConfiguration()
        configuration.lingerTimeout = .milliseconds(100)
        try TestServer.run(configuration) { test in
            test.handler.onHead = { _ in .refuse(.empty(415)) }
            let client = try test.connect()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
            for _ in 0..<20 {
                try client.send(String(repeating: "x", count: 50_000))
                test.run(for: .milliseconds(20))
            }
            #expect(try client.answer().status == 415)
            try client.expectEnd()
        }
    }
}
