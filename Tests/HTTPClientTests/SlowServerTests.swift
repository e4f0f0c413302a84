import EventLoop
import HTTPClient
import LoopbackServer
import Testing

/// Servers that are slow on purpose; one after another, as libcurl's global state is shared.
@Suite(.serialized) struct SlowServerTests {
    private let minimum = MinimumRate(bytesPerSecond: 1_000, over: .milliseconds(600))

    private func request(_ method: HTTPRequest.Method = .get, _ url: String) -> HTTPRequest {
        var request = HTTPRequest(method, url)
        request.minimumRate = minimum
        request.redirectLimit = 1_000
        return request
    }

    private func dripping(_ start: String, _ piece: String, count: Int) -> [ScriptedServer.Step] {
        [.send(Array(start.utf8))]
            + (0..<count).flatMap { _ in
                [ScriptedServer.Step.wait(.milliseconds(100)), .send(Array(piece.utf8))]
            }
    }

    /// A body, a head, or redirects that drip never stall, but end anyway.
    @Test(arguments: ["/body", "/head", "/redirects"])
    func drips(_ target: String) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            switch request.target {
            case "/body": dripping("HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n", "x", count: 300)
            case "/head": dripping("HTTP/1.1 200 OK\r\n", "a: b\r\n", count: 300)
            default: [.wait(.milliseconds(200)), answer("302 Found", ["location: /redirects"])]
            }
        }
        var request = request(.get, server.url + target)
        request.stallTimeout = .seconds(5)
        let error = try test.result(of: request).error
        #expect(error == .tooSlow(url: server.url + target, minimum: minimum))
        #expect(error?.description == "too slow, less than 1000 bytes/s over 0.6 s, for url: \(server.url)\(target)")
        #expect(error?.isTimeout == true)
        try test.close(server)
    }

    /// Slow but steady is fine, for however many windows.
    @Test func steady() throws {
        let test = try TestLoop()
        let piece = String(repeating: "x", count: 500)
        let server = try ScriptedServer(on: test.loop) { _ in
            dripping("HTTP/1.1 200 OK\r\ncontent-length: 12500\r\n\r\n", piece, count: 25)
        }
        #expect(try test.result(of: request(server.url)).get().bodyLengthBytes == 12_500)
        try test.close(server)
    }

    /// A server may think about what it was sent for longer than the window.
    @Test func thoughtful() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.wait(.milliseconds(1_200)), answer()] }
        var request = request(.put, server.url)
        request.body = .bytes(Buffer([1, 2, 3]))
        #expect(try test.result(of: request).get().status == 200)
        try test.close(server)
    }

    /// A TLS handshake that doesn't go on ends with the time for connecting.
    @Test func silentHandshake() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        let url = server.url.replacing("http:", with: "https:") + "/"
        var request = request(url)
        request.connectTimeout = .milliseconds(200)
        #expect(try test.result(of: request).error == .connectTimedOut(url: url, after: .milliseconds(200)))
        try test.close(server)
    }

    private func request(_ url: String) -> HTTPRequest { request(.get, url) }
}
