import EventLoop
import HTTPClient
import LoopbackServer
import Testing

/// libcurl's global state is shared, and so are the machine's two cores: one after another.
@Suite(.serialized) struct HTTPClientTests {
    static let gzipped: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 196, 49, 13, 0, 0, 8, 3, 48, 43, 152, 35, 225, 88, 130, 255,
        15, 17, 188, 237, 209, 233, 100, 107, 108, 219, 182, 109, 219, 182, 109, 219, 246, 227, 3, 193, 55,
        12, 64, 112, 23, 0, 0,
    ]

    /// Status, fields (names in lower case) and body arrive; our own fields go out.
    @Test func simpleAnswer() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in
            [answer("201 Created", ["X-Name:  v "], Array("body".utf8))]
        }
        var request = HTTPRequest(.get, server.url + "/a?b=c")
        request.fields = [("user-agent", "tester/1"), ("x-empty", "")]
        request.destination = .memory(limitBytes: 100)
        let response = try test.result(of: request).get()
        #expect(response.status == 201)
        #expect(response.isSuccess)
        #expect(response[field: "x-name"] == "v")
        #expect(Array(response.body.bytes) == Array("body".utf8))
        #expect(response.url == server.url + "/a?b=c")
        #expect(server.requests[0].target == "/a?b=c")
        #expect(server.requests[0].field("user-agent") == "tester/1")
        #expect(server.requests[0].field("x-empty") == "")
        try test.close(server)
    }

    /// A field's value cannot smuggle in another field.
    @Test func lineBreaksInFieldsAreDropped() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        var request = HTTPRequest(.get, server.url)
        request.fields = [("x-a", "1\r\nx-b: 2")]
        _ = try test.result(of: request)
        #expect(server.requests[0].field("x-a") == "1x-b: 2")
        #expect(server.requests[0].field("x-b") == nil)
        try test.close(server)
    }

    /// Requests one after another share one connection.
    @Test func connectionIsReused() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        for _ in 0..<5 { _ = try test.result(of: HTTPRequest(.get, server.url)).get() }
        #expect(server.connectionCount == 1)
        try test.close(server)
    }

    /// Fifty concurrent requests all end.
    @Test func manyAtOnce() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in [answer("200 OK", [], Array(request.target.utf8))] }
        var bodies: Set<String> = []
        for index in 0..<50 {
            var request = HTTPRequest(.get, server.url + "/\(index)")
            request.destination = .memory(limitBytes: 100)
            test.client.send(request) { result in
                if let response = try? result.get() {
                    bodies.insert(String(decoding: response.body.bytes, as: UTF8.self))
                }
            }
        }
        try test.run(until: { test.client.inFlight == 0 })
        #expect(bodies.count == 50)
        try test.close(server)
    }

    /// Every redirect of a POST takes method and body along.
    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectedPost(_ status: Int) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            request.target == "/" ? [answer("\(status) Moved", ["location: /next"])] : [answer("204 No Content")]
        }
        var request = HTTPRequest(.post, server.url + "/")
        let end = Buffer(Array("lo".utf8))
        request.body = .pieces([.bytes(Array("hel".utf8)), .bytes([]), .owned(end.bytes, by: end)])
        let response = try test.result(of: request).get()
        #expect(response.status == 204)
        #expect(response.url == server.url + "/next")
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        #expect(server.requests[1].body == Array("hello".utf8))
        try test.close(server)
    }

    /// A file is sent again from its first byte after a redirect.
    @Test func redirectedUpload() throws {
        let test = try TestLoop()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let server = try ScriptedServer(on: test.loop) { request in
            request.target == "/" ? [answer("307 Temporary Redirect", ["location: /next"])] : [answer()]
        }
        var request = HTTPRequest(.put, server.url + "/")
        request.body = .file(temporaryFile(bytes), lengthBytes: bytes.count)
        let response = try test.result(of: request).get()
        #expect(response.status == 200)
        #expect(server.requests.last?.method == "PUT")
        #expect(server.requests.last?.body == bytes)
        #expect(server.requests.last?.field("content-length") == "1000000")
        #expect(server.requests.last?.field("expect") == nil)
        try test.close(server)
    }

    /// A redirect may not lead to a file or another protocol, nor go on for ever.
    @Test func refusedRedirects() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            [answer("302 Found", ["location: \(request.target == "/loop" ? "/loop" : "file:///etc/passwd")"])]
        }
        #expect(
            try test.result(of: HTTPRequest(.get, server.url + "/f")).error == .redirectRefused(url: server.url + "/f"))
        #expect(
            try test.result(of: HTTPRequest(.get, server.url + "/loop")).error
                == .tooManyRedirects(url: server.url + "/loop", limit: 10))
        var request = HTTPRequest(.get, server.url + "/f")
        request.redirectLimit = 0
        #expect(try test.result(of: request).get().status == 302)
        try test.close(server)
    }

    /// The first URL may not be anything but http and https either, and must be one.
    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "nonsense://x", "", "127.0.0.1/x", "http:x", "http://[::1",
        "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://user:word/secret@127.0.0.1/",
    ])
    func unusableURL(_ url: String) throws {
        let test = try TestLoop()
        let error = try test.result(of: HTTPRequest(.get, url)).error
        guard case .invalidURL = error else { throw error ?? HTTPClientError.canceled }
        #expect(error?.description.contains("secret") == false)
        try test.close()
    }

    /// gzip is asked for and unpacked on request only.
    @Test func compressedAnswer() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in
            [answer("200 OK", ["content-encoding: gzip"], Self.gzipped)]
        }
        let file = temporaryFile()
        var request = HTTPRequest(.get, server.url)
        request.destination = .file(file, limitBytes: 6_000)
        request.acceptsCompression = true
        let response = try test.result(of: request).get()
        #expect(response.bodyLengthBytes == 6_000)
        #expect(file.contents == Array(String(repeating: "hello ", count: 1_000).utf8))
        #expect(server.requests[0].field("accept-encoding") == "gzip, deflate")
        request.acceptsCompression = false
        #expect(try test.result(of: request).get().bodyLengthBytes == Self.gzipped.count)
        #expect(server.requests[1].field("accept-encoding") == nil)
        try test.close(server)
    }

    /// A body of exactly the limit is taken, one byte more refused: announced, unannounced and unpacked.
    @Test func sizeLimit() throws {
        let test = try TestLoop()
        let body = [UInt8](repeating: 7, count: 5_000)
        let server = try ScriptedServer(on: test.loop) { request in
            switch request.target {
            case "/announced": [answer("200 OK", [], body)]
            case "/gzip": [answer("200 OK", ["content-encoding: gzip"], Self.gzipped)]
            default: [.send(Array("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".utf8) + body), .close]
            }
        }
        for (target, size) in [("/announced", 5_000), ("/unannounced", 5_000), ("/gzip", 6_000)] {
            var request = HTTPRequest(.get, server.url + target)
            request.acceptsCompression = true
            request.destination = .file(temporaryFile(), limitBytes: size)
            #expect(try test.result(of: request).get().bodyLengthBytes == size)
            request.destination = .file(temporaryFile(), limitBytes: size - 1)
            #expect(try test.result(of: request).error == .tooLarge(url: server.url + target, limitBytes: size - 1))
        }
        try test.close(server)
    }

    /// A large body gets to the disk complete, and in order.
    @Test func largeDownload() throws {
        let test = try TestLoop()
        let body = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 24) }
        let server = try ScriptedServer(on: test.loop) { _ in [answer("200 OK", [], body)] }
        let file = temporaryFile()
        var request = HTTPRequest(.get, server.url)
        request.destination = .file(file, limitBytes: .max)
        #expect(try test.result(of: request).get().bodyLengthBytes == body.count)
        #expect(file.contents == body)
        try test.close(server)
    }

    /// The body of a refusal is not written to the file.
    @Test func refusalLeavesFileEmpty() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("404 Not Found", [], Array("gone".utf8))] }
        let file = temporaryFile()
        var request = HTTPRequest(.get, server.url)
        request.destination = .file(file, limitBytes: 2)
        #expect(try test.result(of: request).get().status == 404)
        #expect(file.contents.isEmpty)
        try test.close(server)
    }

    /// An answer that ends before its announced length is an error, as are a reset and no answer at all.
    @Test(arguments: ["/short", "/reset", "/nothing", "/garbage"])
    func brokenAnswer(_ target: String) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            let short = Array("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhi".utf8)
            switch request.target {
            case "/short": return [.send(short), .close]
            case "/reset": return [.send(short), .wait(.milliseconds(50)), .reset]
            case "/garbage": return [.send(Array("SSH-2.0-server\r\n".utf8)), .close]
            default: return [.close]
            }
        }
        let error = try test.result(of: HTTPRequest(.get, server.url + target)).error
        #expect(error?.isTransient == true, "\(String(describing: error))")
        if target != "/garbage" {
            guard case .interrupted = error else { throw error ?? HTTPClientError.canceled }
        }
        try test.close(server)
    }

    /// Nobody listens.
    @Test func refusedConnection() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [] }
        let url = server.url
        server.close()
        guard case .cannotConnect(url: url + "/", _) = try test.result(of: HTTPRequest(.get, url + "/")).error else {
            Issue.record("not refused")
            return
        }
        try test.close()
    }

    /// No byte for the time named, before the answer or in it; bytes that keep dripping are fine.
    @Test func stalledServer() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            let start = ScriptedServer.Step.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na".utf8))
            switch request.target {
            case "/drip": return [start, .wait(.milliseconds(600)), .send([1]), .wait(.milliseconds(600)), .send([2])]
            case "/half": return [start, .hang]
            default: return [.hang]
            }
        }
        for target in ["/drip", "/half", "/nothing"] {
            var request = HTTPRequest(.get, server.url + target)
            request.stallTimeout = .seconds(1)
            let result = try test.result(of: request)
            if target == "/drip" {
                #expect(try result.get().status == 200)
            } else {
                #expect(result.error == .stalled(url: server.url + target, after: .seconds(1)))
            }
        }
        try test.close(server)
    }

    /// A server that does not read an upload stalls it.
    @Test func stalledUpload() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        server.readsBodies = false
        var request = HTTPRequest(.put, server.url + "/")
        request.body = .file(temporaryFile([UInt8](repeating: 1, count: 30_000_000)), lengthBytes: 30_000_000)
        request.stallTimeout = .seconds(1)
        #expect(try test.result(of: request).error == .stalled(url: server.url + "/", after: .seconds(1)))
        try test.close(server)
    }

    /// The time for everything.
    @Test func totalTimeout() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        var request = HTTPRequest(.get, server.url + "/")
        request.totalTimeout = .milliseconds(100)
        #expect(try test.result(of: request).error == .timedOut(url: server.url + "/", after: .milliseconds(100)))
        try test.close(server)
    }

    /// A canceled request ends as canceled, and its connection with it; canceling afterwards does nothing.
    @Test func cancelInFlight() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        var results: [Result<HTTPResponse, HTTPClientError>] = []
        let transfer = test.client.send(HTTPRequest(.get, server.url)) { results.append($0) }
        try test.run(until: { server.requests.count == 1 })
        transfer.cancel()
        #expect(results.isEmpty)
        transfer.cancel()
        try test.run(until: { !results.isEmpty })
        transfer.cancel()
        for _ in 0..<3 { test.loop.runOnce() }
        #expect(results.map(\.error) == [.canceled])
        try test.close(server)
    }

    /// Closing the client ends what is in flight, an upload that waits for the disk included.
    @Test func closeInFlight() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        var results: [Result<HTTPResponse, HTTPClientError>] = []
        test.client.send(HTTPRequest(.get, server.url)) { results.append($0) }
        var request = HTTPRequest(.put, server.url + "/")
        request.body = .file(temporaryFile([UInt8](repeating: 1, count: 3_000_000)), lengthBytes: 3_000_000)
        test.client.send(request) { results.append($0) }
        test.client.close()
        #expect(results.map(\.error) == [.canceled, .canceled])
        try test.close(server)
    }

    /// A closed client refuses politely.
    @Test func sendAfterClose() throws {
        let test = try TestLoop()
        test.client.close()
        #expect(try test.result(of: HTTPRequest(.get, "http://127.0.0.1:1/")).error == .canceled)
        try test.close()
    }

    /// A file that is shorter than was said fails the upload instead of hanging it.
    @Test func shrunkFile() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        var request = HTTPRequest(.put, server.url + "/")
        request.body = .file(temporaryFile([1, 2, 3]), lengthBytes: 4)
        guard case .file = try test.result(of: request).error else {
            Issue.record("no file error")
            return
        }
        try test.close(server)
    }
}
