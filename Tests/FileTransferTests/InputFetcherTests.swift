import EventLoop
import Glibc
import HTTPClient
import LoopbackServer
import Testing

@testable import FileTransfer

private let padding = "the base64 of a data URL ends in the middle of a byte"
private let misplaced = "a data URL must have ;base64 right before its comma"

/// One after another: each has its own loop and client, and the machine few cores.
@Suite(.serialized) struct InputFetcherTests {
    typealias Fetched = Result<[(pointer: String, path: String)], FileError>

    /// Downloads and data URLs together; the pointers come back in order with their files.
    @Test func severalInputs() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            request.target == "/moved.bin"
                ? [answer("302 Found", ["location: /elsewhere/b.txt"])]
                : [.wait(.milliseconds(20)), answer("200 OK", [], Array(request.target.utf8))]
        }
        let files = Files(test)
        let inputs = [
            ("a", server.url + "/a%20b.png?q=1"), ("b/0", "data:image/png;base64,SGVsbG8="), ("b/1", "data:,x%20y+z"),
            ("c", server.url + "/moved.bin"), ("d", "data:text/html;charset=utf-8;base64,"),
        ]
        let paths = try files.fetch(inputs).get()
        #expect(paths.map(\.pointer) == ["a", "b/0", "b/1", "c", "d"])
        #expect(paths.map { contents($0.path) } == ["/a%20b.png?q=1", "Hello", "x y+z", "/elsewhere/b.txt", ""])
        #expect(
            paths.map { String($0.path.split(separator: "/").last?.dropFirst(11) ?? "") }
                == ["a b.png", "file.png", "file.txt", "moved.bin", "file.html"])
        #expect(server.requests[0].field("user-agent") == "tester/2")
        #expect(server.requests[0].field("accept") == "*/*")
        #expect(server.requests[0].field("accept-encoding") == "gzip, deflate")
        files.fetches[0].discard()
        try test.run(until: { paths.allSatisfy { access($0.path, F_OK) != 0 } && files.folderCount == 0 })
        try files.close(server)
    }

    /// Nothing to fetch is a success, later.
    @Test func noInputs() throws {
        let files = Files(try TestLoop())
        #expect(try files.fetch([FileInput]()).get().isEmpty)
        #expect(files.folderCount == 0)
        try files.close()
    }

    /// Never more than eight at a time, and all of them in the end.
    @Test func boundedParallelism() throws {
        let test = try TestLoop()
        var current = 0
        var most = 0
        let server = try ScriptedServer(on: test.loop) { request in
            current += 1
            most = max(most, current)
            return [.wait(.milliseconds(30)), .call { current -= 1 }, answer("200 OK", [], [1])]
        }
        let files = Files(test)
        let paths = try files.fetch((0..<30).map { ("\($0)", server.url + "/\($0)") }).get()
        #expect(paths.count == 30)
        #expect(most == 8)
        try files.close(server)
    }

    /// The texts clients know.
    @Test(arguments: [
        (404, "404 Client Error: Not Found for url: "), (408, "408 Client Error: Request Timeout for url: "),
    ])
    func refusals(_ status: Int, _ text: String) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("\(status) Whatever")] }
        let files = Files(test)
        #expect(files.fetch([("a", server.url + "/x.png")]).errorText == text + server.url + "/x.png")
        #expect(server.requests.count == 1)
        try files.close(server)
    }

    /// 429, 5xx and broken connections are tried again, from an empty file; not for ever.
    @Test func retries() throws {
        let test = try TestLoop()
        var attempts = 0
        let server = try ScriptedServer(on: test.loop) { request in
            attempts += 1
            if let status = Int(request.target.dropFirst()) { return [answer("\(status) No")] }
            switch attempts {
            case 1: return [.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nlonger".utf8)), .close]
            case 2: return [answer("502 Bad Gateway", [], Array("sorry".utf8))]
            default: return [answer("200 OK", [], Array("short".utf8))]
            }
        }
        let files = Files(test)
        let paths = try files.fetch([("a", server.url + "/a")]).get()
        #expect(contents(paths[0].path) == "short")
        #expect(attempts == 3)
        #expect(files.count == 1)
        for (status, side) in [(429, "Client"), (500, "Server"), (503, "Server"), (599, "Server")] {
            attempts = 0
            let text = files.fetch([("a", "\(server.url)/\(status)")]).errorText
            #expect(text?.hasPrefix("\(status) \(side) Error: ") == true)
            #expect(attempts == 4)
        }
        try files.close(server)
    }

    /// A server's request to wait is honored within limits; a cancel ends the wait immediately.
    @Test func retryAfter() throws {
        var configuration = FileTransferConfiguration(version: "1")
        configuration.retryDelays = [.seconds(1), .seconds(2)]
        #expect(configuration.retryDelay(afterAttempts: 1, retryAfter: nil) == .seconds(1))
        #expect(configuration.retryDelay(afterAttempts: 1, retryAfter: .seconds(9)) == .seconds(9))
        #expect(configuration.retryDelay(afterAttempts: 2, retryAfter: .seconds(1)) == .seconds(2))
        #expect(configuration.retryDelay(afterAttempts: 2, retryAfter: .seconds(3_600)) == .seconds(60))
        #expect(configuration.retryDelay(afterAttempts: 3, retryAfter: .seconds(1)) == nil)

        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("429 Slow", ["retry-after: 50"])] }
        let files = Files(test)
        var results: [Fetched] = []
        let input = FileInput(pointer: "a", text: .string(server.url))
        let fetch = files.fetcher.fetch([FetchedInput(input)], into: files.store) { results.append($0) }
        try test.run(until: { server.requests.count == 1 && test.client.inFlight == 0 })
        #expect(results.isEmpty)
        fetch.discard()
        #expect(results.map(\.errorText) == ["canceled"])
        try test.run(until: { files.folderCount == 0 })
        try files.close(server)
    }

    /// Cookies that a redirect sets go to its host, and end with the request.
    @Test func cookies() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            switch request.target {
            case "/a":
                [answer("302 Found", ["location: /b", "set-cookie: pass=1; Path=/", "set-cookie: no=1; Domain=other"])]
            case "/b": [answer("302 Found", ["location: \(self.elsewhere(request))/c", "set-cookie: more=2; Path=/"])]
            case "/c": [answer("302 Found", ["location: http://\(request.field("host") ?? "")/d"])]
            default: [answer()]
            }
        }
        let files = Files(test)
        for _ in 0..<2 { #expect(try files.fetch([("a", server.url + "/a")]).get().count == 1) }
        let cookies = server.requests.map { $0.field("cookie") }
        #expect(cookies == [nil, "pass=1", nil, nil, nil, "pass=1", nil, nil])
        try files.close(server)
    }

    /// Another name of the host that a request was sent to.
    private func elsewhere(_ request: ScriptedServer.Request) -> String {
        "http://" + (request.field("host") ?? "").replacing("127.0.0.1", with: "localhost")
    }

    /// A URL without a suffix gets that of the name that the server suggests, else that of the media type.
    @Test(arguments: [
        ("/get", ["content-type: image/png"], "get.png"), ("/dir/", ["content-type: audio/x-m4a; q=1"], ".m4a"),
        (
            "/get", ["content-type: image/png", "content-disposition: attachment; filename=\"a b.tar.gz\""],
            "get.tar.gz"
        ),
        ("/get", ["content-type: image/png", "content-disposition: inline"], "get.png"),
        ("/get", ["content-type: image/png", "content-disposition: attachment; filename=\"../x.p/ng\""], "get.png"),
        ("/get.", ["content-type: image/png"], "get..png"), ("/get", ["content-type: application/x-nonsense"], "get"),
        ("/get.php", ["content-type: image/png", "content-disposition: attachment; filename=a.jpg"], "get.php"),
        ("/get", [], "get"),
    ])
    func missingSuffix(_ target: String, _ fields: [String], _ name: String) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("200 OK", fields, [65])] }
        let files = Files(test)
        let path = try files.fetch([("a", server.url + target)]).get()[0].path
        #expect(path.split(separator: "/").last?.dropFirst(11) ?? "" == name)
        #expect(contents(path) == "A")
        #expect(files.count == 1)
        try files.close(server)
    }

    /// The first failure ends the whole fetch, whatever the others do.
    @Test func firstFailureCounts() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            request.target == "/slow" ? [.hang] : [answer("404 Not Found")]
        }
        let files = Files(test)
        #expect(
            files.fetch([("a", server.url + "/slow"), ("b", server.url + "/gone")]).errorText?.hasPrefix("404") == true)
        try test.run(until: { test.client.inFlight == 0 })
        try files.close(server)
    }

    /// A canceled fetch ends immediately and leaves no request; its files go with the directory.
    @Test func cancelInFlight() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [.hang] }
        let files = Files(test)
        var results: [Fetched] = []
        let inputs = (0..<3).map { FileInput(pointer: "\($0)", text: .string(server.url + "/\($0)")) }
        let fetch = files.fetcher.fetch(inputs.map { FetchedInput($0) }, into: files.store) { results.append($0) }
        try test.run(until: { server.requests.count == 3 })
        fetch.cancel()
        fetch.cancel()
        #expect(results.map(\.errorText) == ["canceled"])
        fetch.discard()
        try test.run(until: { test.client.inFlight == 0 && files.folderCount == 0 })
        try files.close(server)
    }

    /// Whatever a job is doing when the files are given up, it leaves no folder behind: before it begins, while it decodes,
    /// and after its end.
    @Test func discardedAtAnyMoment() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("200 OK", [], [1])] }
        let files = Files(test)
        let data = "data:;base64," + String(repeating: "QUJD", count: 100_000)
        for moment in 0..<40 {
            var isOver = false
            let inputs = ["data:,a", data, server.url + "/a"].map { FileInput(pointer: "", text: .string($0)) }
            let fetch = files.fetcher.fetch(inputs.map { FetchedInput($0) }, into: files.store) { _ in isOver = true }
            #expect(fetch.isRunning)
            for _ in 0..<(moment % 8) {
                usleep(UInt32(moment) * 10)
                test.loop.runOnce()
            }
            fetch.discard()
            fetch.discard()
            #expect(isOver && !fetch.isRunning)
        }
        try test.run(until: { test.client.inFlight == 0 && files.folderCount == 0 })
        try files.close(server)
    }

    /// One byte past the limit is refused and not tried again.
    @Test func sizeLimit() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("200 OK", [], [UInt8](repeating: 65, count: 100))]
        }
        let files = Files(test) { $0.downloadLimitBytes = 100 }
        #expect(try files.fetch([("a", server.url + "/a")]).get().count == 1)
        let small = Files(test) { $0.downloadLimitBytes = 99 }
        #expect(small.fetch([("a", server.url + "/a")]).errorText == "more than 99 bytes for url: \(server.url)/a")
        #expect(server.requests.count == 2)
        small.closeStore()
        try files.close(server)
    }

    /// What is wrong with a data URL is said; white space and %XX in base64 are not wrong.
    @Test(arguments: [
        ("data:nonsense", "a data URL has no comma before its data"), ("data:;base64,QUI", "AB"),
        ("data:;base64,QUJD-UJD", "a data URL has a character that is not base64, at position 4 of its data"),
        ("/etc/passwd", "not an http, https, or data URL"), ("data:;base64,QU\nJD", "ABC"),
        ("data:;base64,QUI%3D", "AB"), ("data:;base64,Q", padding), ("data:;base64,QU\nI", "AB"),
        ("data:;BASE64,QUI=", "AB"),
        ("DATA:,a", "a"), ("data:text/plain;base64 ,QUI=", misplaced), ("data:text/plain; base64,QUI=", misplaced),
        ("data:;base64;charset=utf-8,QUI=", misplaced), ("data:base64,QUI=", misplaced),
        ("data:;Base64\t,QUI=", misplaced),
        ("data:;base64x,QUI=", "QUI="), ("data:;name=base64,QUI=", "QUI="),
    ])
    func dataURLs(_ url: String, _ expected: String) throws {
        let files = Files(try TestLoop())
        let result = files.fetch([("a", url)])
        switch result {
        case .success(let paths): #expect(contents(paths[0].path) == expected)
        case .failure(let error): #expect(error.description.hasPrefix(expected))
        }
        try files.close()
    }

    /// Many pieces, as a literal of a JSON text with PHP's escaped slashes and without.
    @Test func largeDataURL() throws {
        let files = Files(try TestLoop())
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        var text = [UInt8](repeating: 0, count: Base64.encodedCount(bytes.count))
        _ = bytes.withUnsafeBytes { source in text.withUnsafeMutableBytes { Base64.encode(source, to: $0.baseAddress!) }
        }
        let plain = Array("data:;base64,".utf8) + text
        let escaped = plain.flatMap { $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] }
        for literal in [plain, escaped] {
            let input = FileInput(pointer: "a", text: .literal(Buffer(literal), 0..<literal.count))
            let paths = try files.fetch([input]).get()
            let file = OpenFile(taking: open(paths[0].path, O_RDONLY))
            #expect(file.contents == bytes)
        }
        try files.close()
    }

    /// The result doesn't depend on which part was already checked as base64, or on what follows it.
    @Test(arguments: ["", "==", "=", "QQ==", "QUI=", "QUJD QQ==", "%51%51==", #"QU\/D"#, "-QQ==", "=QQ", "Q"])
    func partsThatWereChecked(end: String) throws {
        let files = Files(try TestLoop())
        let start = "data:;base64,"
        let text = start + String(repeating: "QUJDRA/+", count: 100_000) + end
        let literal = Buffer(Array("[\"\(text)\"]".utf8))
        let base64 = 2 + start.utf8.count..<2 + text.utf8.count - end.utf8.count
        func fetched(_ checked: Range<Int>?) throws -> (problem: String?, file: String) {
            let input = FileInput(pointer: "a", text: .literal(literal, 2..<literal.count - 2), base64: checked)
            switch files.fetch([input]) {
            case .success(let paths): return (input.problem, contents(paths[0].path))
            case .failure(let error): return (input.problem, error.description)
            }
        }
        let expected = try fetched(nil)
        for checked in [
            base64, base64.dropFirst(300_001).indices, base64.dropLast(70).indices, base64.prefix(0).indices,
        ] {
            let found = try fetched(checked)
            #expect(found.problem == expected.problem)
            #expect(found.file == expected.file)
        }
        try files.close()
    }

    private func contents(_ path: String) -> String {
        String(decoding: OpenFile(taking: open(path, O_RDONLY)).contents, as: UTF8.self)
    }
}

/// A store in its own folder, and a fetcher that uses it.
private final class Files {
    let test: TestLoop
    let store: FileStore
    let fetcher: InputFetcher
    private(set) var fetches: [InputFetch] = []
    private let parent: String

    init(_ test: TestLoop, configure: (inout FileTransferConfiguration) -> Void = { _ in }) {
        self.test = test
        var name = Array("/tmp/fetcher-test-XXXXXX\0".utf8CString)
        mkdtemp(&name)
        parent = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        store = FileStore(in: [parent])
        var configuration = FileTransferConfiguration(version: "1")
        configuration.retryDelays = [.milliseconds(10), .milliseconds(20), .milliseconds(30)]
        configuration.downloadUserAgent = "tester/2"
        configure(&configuration)
        fetcher = InputFetcher(on: test.loop, client: test.client, configuration: configuration)
        #expect((try? store.open()) == [])
    }

    func fetch(_ inputs: [(String, String)]) -> InputFetcherTests.Fetched {
        fetch(inputs.map { FileInput(pointer: $0, text: .string($1)) })
    }

    func fetch(_ inputs: [FileInput]) -> InputFetcherTests.Fetched {
        do throws(TestLoopError) {
            return try test.value { done in
                fetches.append(fetcher.fetch(inputs.map { FetchedInput($0) }, into: store, completion: done))
            }
        } catch {
            Issue.record(error)
            return .failure(.canceled)
        }
    }

    /// How many folders of predictions there are.
    var folderCount: Int {
        FileTransfer.entries(of: parent).reduce(0) { $0 + FileTransfer.entries(of: parent + "/" + $1).count }
    }

    /// How many files there are.
    var count: Int {
        FileTransfer.entries(of: parent).reduce(0) { count, root in
            FileTransfer.entries(of: "\(parent)/\(root)").reduce(count) {
                $0 + FileTransfer.entries(of: "\(parent)/\(root)/\($1)").count
            }
        }
    }

    func closeStore() {
        store.close()
        #expect(rmdir(parent) == 0)
    }

    func close(_ servers: ScriptedServer...) throws {
        closeStore()
        for server in servers { server.close() }
        try test.close()
    }
}
