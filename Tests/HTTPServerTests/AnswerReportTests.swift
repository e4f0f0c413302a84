import EventLoop
import Testing

@testable import HTTPServer

/// The reports about answers that the handler gets, for counting.
@Suite struct AnswerReportTests {
    private func run(_ body: (TestServer) throws -> Void) throws {
        try TestServer.run { test in
            test.handler.onHead = { head in
                head.path == "/no" ? .refuse(.plainText("no", status: 415), label: 2) : .accept(label: 1)
            }
            try body(test)
        }
    }

    private func report(_ label: Int, _ status: Int, _ request: Int, _ response: Int) -> AnswerReport {
        AnswerReport(label: label, status: status, requestBytes: request, responseBytes: response)
    }

    @Test func completeAnswers() throws {
        try run { test in
            let client = try test.pair()
            test.handler.onRequest = { _, exchange in exchange.respond(.plainText("four", status: 201)) }
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            _ = try client.answer()
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.reports.count == 2 })
            #expect(test.handler.reports == [report(1, 201, 3, 4), report(1, 201, 0, 0)])
        }
    }

    @Test func refusedRequests() throws {
        try run { test in
            let client = try test.pair()
            try client.send("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            _ = try client.answer()
            #expect(test.handler.reports == [report(2, 415, 0, 2)])
        }
    }

    /// An invalid request has no label, whatever the last request was.
    @Test func malformedRequest() throws {
        try run { test in
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = try client.answer()
            try client.send("nonsense\r\n\r\n")
            _ = try client.answer()
            #expect(test.handler.reports.map(\.label) == [1, 0])
            #expect(test.handler.reports.map(\.status) == [200, 400])
        }
    }

    /// A stream is reported once, when it has ended, with all that was written.
    @Test(arguments: [true, false])
    func streams(endsWell: Bool) throws {
        try run { test in
            let client = try test.pair()
            var stream: ResponseStream?
            test.handler.onRequest = { _, exchange in stream = exchange.startStream(status: 200) }
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { stream != nil })
            stream?.write(Array("abc".utf8))
            stream?.write(Array("de".utf8))
            #expect(test.handler.reports.isEmpty)
            if endsWell { stream?.finish() } else { stream?.abort() }
            #expect(test.handler.reports == [report(1, 200, 0, 5)])
        }
    }

    @Test func streamOfAClientThatHasGone() throws {
        try run { test in
            let client = try test.pair()
            var stream: ResponseStream?
            test.handler.onRequest = { _, exchange in stream = exchange.startStream(status: 200) }
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { stream != nil })
            stream?.write(Array("abc".utf8))
            test.server.close()
            #expect(test.handler.reports == [report(1, 200, 0, 3)])
        }
    }
}
