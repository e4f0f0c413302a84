import EventLoop
import Glibc
import Testing

@testable import HTTPServer

@Suite struct ExchangeTests {
    /// An answer has exactly these fields, in lower case, in this order.
    @Test func answerHasExactlyTheseBytes() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                exchange.respond(.json("{\"a\":1}"))
            }
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: {
                client.receive()
                return client.text.hasSuffix("}")
            })
            let date = DateField.text(ofSecondsSince1970: time(nil))
            let pattern = Array(client.text.split(separator: "\r\n", omittingEmptySubsequences: false))
            #expect(pattern[0] == "HTTP/1.1 200 OK")
            #expect(pattern[1] == "content-type: application/json")
            #expect(pattern[2] == "content-length: 7")
            #expect(pattern[3].hasPrefix("date: ") && pattern[3].utf8.count == 6 + date.utf8.count)
            #expect(pattern[4...] == ["", "{\"a\":1}"])
        }
    }

    /// Other fields come before the date; an answer without content type and body has length 0.
    @Test func fieldsOfAnEmptyAnswer() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                exchange.respond(.empty(405, fields: [.init("allow", "GET,HEAD"), .init("x", "a\r\nb: c")]))
            }
            let client = try test.pair()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.reason == "Method Not Allowed")
            #expect(answer.fields.map(\.name) == ["content-length", "allow", "x", "date", "connection"])
            #expect(answer["content-length"] == "0")
            #expect(answer["allow"] == "GET,HEAD")
            // A value can't smuggle in another field.
            #expect(answer["x"] == "a  b: c")
            #expect(answer["connection"] == "close")
            try client.expectEnd()
        }
    }

    /// HEAD gets the fields of GET, and no body.
    @Test func answerToHead() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.plainText("hello", status: 200)) }
            let client = try test.pair()
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let toHead = try client.answer(toHead: true)
            let toGet = try client.answer()
            #expect(toHead.fields.map(\.name) == toGet.fields.map(\.name))
            #expect(toHead["content-length"] == "5")
            #expect(toGet.body == "hello")
            #expect(client.received.isEmpty)
        }
    }

    /// 204 and 304 have no body and no length.
    @Test(arguments: [204, 304])
    func answersWithoutBody(status: Int) throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.plainText("hidden", status: status)) }
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
            for _ in 0..<2 { #expect(try client.answer()["content-length"] == nil) }
            #expect(client.received.isEmpty)
        }
    }

    /// Status codes without a registered phrase have none.
    @Test func unknownStatus() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in exchange.respond(.empty(299)) }
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 299)
            #expect(answer.reason == "")
        }
    }

    /// An HTTP/1.0 client that asks for it keeps the connection, and the response says so.
    @Test func oldClientKeepsTheConnection() throws {
        try TestServer.run { test in
            let client = try test.pair()
            for _ in 0..<2 {
                try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.version == "HTTP/1.0")
                #expect(answer["connection"] == "keep-alive")
            }
        }
    }

    /// A bad request is answered in the server's version, whatever the version of the previous one.
    @Test func badRequestAfterAnOldOne() throws {
        try TestServer.run { test in
            let client = try test.pair()
            try client.send("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n(\r\n\r\n")
            #expect(try client.answer(toHead: true).version == "HTTP/1.0")
            let answer = try client.answer()
            #expect(answer.version == "HTTP/1.1")
            #expect(answer.status == 400)
        }
    }

    /// Bodies in several segments, small and large, arrive in order, also when the client is slow.
    @Test func segmentsArriveInOrder() throws {
        let large = [UInt8](repeating: UInt8(ascii: "b"), count: 3_000_000)
        let buffer = Buffer([UInt8](repeating: UInt8(ascii: "d"), count: 100_000))
        try TestServer.run { test in
            test.handler.onRequest = { _, exchange in
                exchange.respond(
                    .json(segments: [
                        .fixed("a"), .bytes(large), .bytes([UInt8(ascii: "c")]), .buffer(buffer),
                        .part(buffer, 10..<5_010), .part(buffer, 0..<3), .bytes([]), .fixed("e"),
                    ]))
            }
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
            test.run(for: .milliseconds(50))
            let expected =
                "a" + String(repeating: "b", count: 3_000_000) + "c" + String(repeating: "d", count: 105_003) + "e"
            for _ in 0..<2 {
                let body = try client.answer().body
                #expect(body.utf8.count == expected.utf8.count)
                #expect(body == expected)
            }
        }
    }

    /// Requests of one connection run one after another, in order, however they were sent.
    @Test func pipelinedRequestsRunInOrder() throws {
        try TestServer.run { test in
            var paths: [String] = []
            test.handler.onRequest = { request, exchange in
                paths.append(request.head.path.string)
                test.handler.exchanges.append(exchange)
            }
            let client = try test.pair()
            try client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            for number in 1...3 {
                try test.run(until: { test.handler.exchanges.count == 1 })
                #expect(paths.last == "/\(number)")
                #expect(test.server.runningExchanges == 1)
                test.handler.exchanges.removeFirst().respond(.plainText("\(number)", status: 200))
                #expect(try client.answer().body == "\(number)")
            }
            #expect(test.server.runningExchanges == 0)
        }
    }

    /// An exchange released without an answer is answered with 500, and the connection stays open.
    @Test func abandonedExchange() throws {
        try TestServer.run { test in
            test.handler.onRequest = { _, _ in }
            let client = try test.pair()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().status == 500)
            test.handler.keepExchanges()
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try test.run(until: { test.handler.exchanges.count == 1 })
            test.handler.exchanges.removeAll()
            #expect(try client.answer().status == 500)
            #expect(test.server.connectionCount == 1)
        }
    }

    /// A head that is kept stays what it was while the connection serves other requests.
    @Test func headsCanBeKept() throws {
        try TestServer.run { test in
            var heads: [RequestHead] = []
            test.handler.onRequest = { request, exchange in
                heads.append(request.head)
                exchange.respond(.empty(200))
            }
            let client = try test.pair()
            try client.send("GET /1?q=1#f HTTP/1.1\r\nHost: h\r\nA: one\r\n\r\n")
            try client.send("PUT /22 HTTP/1.1\r\nHost: h\r\nA: two\r\nB: c\r\n\r\nGET /3")
            try client.send("33 HTTP/1.0\r\na: three\r\nA: four\r\n\r\n")
            for _ in 0..<3 { #expect(try client.answer().status == 200) }
            #expect(heads.map(\.path.string) == ["/1", "/22", "/333"])
            #expect(heads.map { $0.field("a")?.string } == ["one", "two", "three"])
            #expect(heads.map { $0.query?.string } == ["q=1", nil, nil])
            #expect(heads.map(\.method) == [.get, .put, .get])
            #expect(heads.map(\.version) == [.http11, .http11, .http10])
            #expect(heads[2].fields("a").map(\.string) == ["three", "four"])
            #expect(heads[1].field("b")?.equalsIgnoringCase("c") == true)
            #expect(heads[1].field("c") == nil)
            #expect(heads[1].path == "/22")
            #expect(heads[1].path.hasPrefix("/2"))
        }
    }

    /// The path of an absolute target begins after its host.
    @Test func pathOfAbsoluteTarget() throws {
        try TestServer.run { test in
            test.handler.onRequest = { request, exchange in
                exchange.respond(
                    .plainText("\(request.head.path.string)|\(request.head.query?.string ?? "-")", status: 200))
            }
            let client = try test.pair()
            for (target, expected) in [
                ("http://h/a/b?c", "/a/b|c"), ("http://h", "/|-"), ("http://h?x", "/|x"), ("HTTPS://h:1/a", "/a|-"),
                ("*", "*|-"), ("/a?", "/a|"),
                ("/a?b?c", "/a|b?c"), ("//", "//|-"),
            ] {
                try client.send("OPTIONS \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.answer().body == expected)
            }
        }
    }

    /// A large body has memory of exactly its size, and arrives unchanged however it is split.
    @Test func largeBody() throws {
        var bytes = [UInt8](repeating: 0, count: 5_000_000)
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) }
        try TestServer.run { test in
            var bodies: [Buffer] = []
            test.handler.onRequest = { request, exchange in
                bodies.append(request.body)
                exchange.respond(.empty(200))
            }
            let client = try test.connect()
            let head = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8)
            // Two of them, so that the end of one and the start of the next come together.
            try client.send(head + bytes + head + bytes)
            for _ in 0..<2 { #expect(try client.answer().status == 200) }
            for body in bodies {
                #expect(body.capacity == bytes.count)
                #expect(body.bytes.elementsEqual(bytes))
            }
        }
    }

    /// A large chunked body is joined.
    @Test func largeChunkedBody() throws {
        try TestServer.run { test in
            test.handler.onRequest = { request, exchange in exchange.respond(.json(request.body)) }
            let client = try test.connect()
            var bytes = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            var expected = ""
            for size in [1, 70_000, 3, 200_000, 65_536, 1_000_000] {
                let chunk = String(repeating: "\(size % 10)", count: size)
                expected += chunk
                bytes += Array("\(String(size, radix: 16))\r\n\(chunk)\r\n".utf8)
            }
            try client.send(bytes + Array("0\r\n\r\n".utf8))
            #expect(try client.answer().body == expected)
        }
    }

    /// Dates are in the preferred form.
    @Test func dates() {
        #expect(DateField.text(ofSecondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(DateField.text(ofSecondsSince1970: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    }
}
