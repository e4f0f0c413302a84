import JSON
import Synchronization
import Testing

@testable import PredictionClient

/// Events come in pieces of any size.
@Test(arguments: [1, 7, 1000])
func eventsOfAStream(size: Int) throws {
    let stream =
        "event: start\ndata: {\"id\": \"a\"}\n\nevent: output\ndata: {\"chunk\": \"é\", \"index\": 0}\n\n: remark\n"
        + "event: log\ndata: {\"data\": \"line\\n\"}\n\nevent: output\ndata: broken\n\n"
        + "event: completed\ndata: {\"status\": \"succeeded\"}\n\n"
    let found = Mutex<[String]>([])
    let reader = EventReader { event in
        found.withLock { list in
            switch event {
            case .chunk(let chunk): list.append("chunk " + chunk.text())
            case .log(let text): list.append("log " + text)
            }
        }
    }
    var rest = Array(stream.utf8)[...]
    while !rest.isEmpty {
        reader.feed(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    #expect(found.withLock { $0 } == ["chunk \"é\"", "log line\n"])
    #expect(reader.completed?["status"] == .string("succeeded"))
}

@Suite struct ResponseParserTests {
    private func parse(_ text: String, size: Int) throws -> (ResponseParser, pieces: [UInt8]) {
        let pieces = Mutex<[UInt8]>([])
        let parser = ResponseParser { piece in pieces.withLock { $0 += piece } }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try parser.feed(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return (parser, pieces.withLock { $0 })
    }

    @Test(arguments: [1, 3, 1000])
    func answers(size: Int) throws {
        let text = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\ncontent-TYPE: application/json\r\n\r\n{}"
        let (parser, pieces) = try parse(text, size: size)
        #expect(parser.isComplete)
        #expect(parser.response.status == 201)
        #expect(parser.response.contentType == "application/json")
        #expect(parser.response.text == "{}")
        #expect(pieces.isEmpty)
    }

    /// The body of an event stream is handed over, and not kept.
    @Test(arguments: [1, 1000])
    func eventStreams(size: Int) throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
        let (parser, pieces) = try parse(text, size: size)
        #expect(parser.isComplete)
        #expect(String(decoding: pieces, as: UTF8.self) == "abcd")
        #expect(parser.response.body.isEmpty)
    }

    @Test func otherProtocols() {
        #expect {
            _ = try parse("SSH-2.0-OpenSSH\r\n", size: 100)
        } throws: {
            "\($0)".hasPrefix("the answer isn't HTTP: ")
        }
    }
}
