import EventLoop
import Glibc
import HTTPClient
import LoopbackServer
import Testing

@testable import FileTransfer

@Suite(.serialized) struct OutputTests {
    let configuration: FileTransferConfiguration = {
        var configuration = FileTransferConfiguration(version: "1.2.3")
        configuration.retryDelays = [.milliseconds(10), .milliseconds(20)]
        configuration.uploadStallTimeout = .milliseconds(500)
        return configuration
    }()

    // MARK: - Data URLs

    /// A JSON string with the media type of the name; made in one allocation.
    @Test(arguments: [
        ("o.png", "Hello", "\"data:image/png;base64,SGVsbG8=\""), ("o.png", "", "\"data:text/plain;base64,\""),
        ("x", "abc", "\"data:application/octet-stream;base64,YWJj\""),
    ])
    func dataURL(_ name: String, _ contents: String, _ expected: String) throws {
        let test = try TestLoop()
        let encoder = OutputEncoder(on: test.loop, configuration: configuration)
        let file = temporaryFile(Array(contents.utf8))
        lseek(file.descriptor, 0, SEEK_END)
        let result: Result<Buffer, FileError> = try test.value {
            encoder.dataURL(of: file, named: name, completion: $0)
        }
        let buffer = try result.get()
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
        #expect(buffer.capacity == buffer.count)
        try test.close()
    }

    /// Many pieces make the same text as one.
    @Test func largeDataURL() throws {
        let test = try TestLoop()
        let bytes = (0..<1_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) }
        var expected = [UInt8](repeating: 0, count: Base64.encodedCount(bytes.count))
        _ = bytes.withUnsafeBytes { source in
            expected.withUnsafeMutableBytes { Base64.encode(source, to: $0.baseAddress!) }
        }
        let encoder = OutputEncoder(on: test.loop, configuration: configuration)
        let file = temporaryFile(bytes)
        let result: Result<Buffer, FileError> = try test.value {
            encoder.dataURL(of: file, named: "a.bin", completion: $0)
        }
        #expect(
            Array(try result.get().bytes.dropFirst("\"data:application/octet-stream;base64,".count).dropLast())
                == expected)
        try test.close()
    }

    /// A folder and a file past the limit are refused by name.
    @Test func unusableOutputs() throws {
        let test = try TestLoop()
        var configuration = configuration
        configuration.dataURLLimitBytes = 3
        let encoder = OutputEncoder(on: test.loop, configuration: configuration)
        let large: Result<Buffer, FileError> = try test.value {
            encoder.dataURL(of: temporaryFile([1, 2, 3, 4]), named: "a", completion: $0)
        }
        #expect(large.errorText?.hasPrefix("output file 'a' has more than 3 bytes") == true)
        let folder = OpenFile(taking: open("/tmp", O_RDONLY))
        let refused: Result<Buffer, FileError> = try test.value {
            encoder.dataURL(of: folder, named: "d", completion: $0)
        }
        #expect(refused.errorText == "output file 'd' is not a regular file")
        try test.close()
    }

    // MARK: - Uploads

    /// What is sent: path, fields, bytes.
    @Test func uploadRequest() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer("201 Created")] }
        let session = try uploader(test, server.url + "/up").makeSession(predictionID: "p1")
        let url = try upload(test, session, temporaryFile(Array("bytes".utf8)), "b b#?.png").get()
        #expect(url == server.url + "/up/b%20b%23%3F.png")
        let request = server.requests[0]
        #expect(request.method == "PUT")
        #expect(request.target == "/up/b%20b%23%3F.png")
        #expect(request.field("content-type") == "image/png")
        #expect(request.field("x-prediction-id") == "p1")
        #expect(request.field("content-length") == "5")
        #expect(request.field("user-agent") == "coglet/1.2.3")
        #expect(request.field("transfer-encoding") == nil)
        #expect(request.body == Array("bytes".utf8))
        try test.close(server)
    }

    /// Names are unique per prediction; a query of the upload URL stays one.
    @Test func uploadNames() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { _ in [answer()] }
        let session = try uploader(test, server.url + "/up/?sig=1").makeSession(predictionID: "p")
        let other = try uploader(test, server.url).makeSession(predictionID: "q")
        for name in ["o.tar.gz", "o.tar.gz", "o.tar-1.gz", "/tmp/x/o.tar.gz", "..", ""] {
            _ = try upload(test, session, temporaryFile([1]), name).get()
        }
        _ = try upload(test, other, temporaryFile(), "o.tar.gz").get()
        #expect(
            server.requests.map(\.target) == [
                "/up/o.tar.gz?sig=1", "/up/o.tar-1.gz?sig=1", "/up/o.tar-1-1.gz?sig=1", "/up/o.tar-2.gz?sig=1",
                "/up/file?sig=1",
                "/up/file-1?sig=1", "/o.tar.gz",
            ])
        #expect(server.requests.last?.field("content-length") == "0")
        try test.close(server)
    }

    /// `location` first, then the final URL; credentials and queries go, fragments stay, relative ones stay relative.
    @Test(arguments: [
        ("https://cdn/x.png?sig=1#f", "https://cdn/x.png#f"), ("/rel?x=1", "/rel"), ("", "/moved.png"),
        ("https://user:p%40ss@cdn:8/a@b?sig=1#f?", "https://cdn:8/a@b#f?"), ("//user@cdn/x?sig", "//cdn/x"),
        ("s3://key:secret@bucket/x?sig", "s3://bucket/x"), ("/rel//a@b?sig", "/rel//a@b"),
        ("https://cdn?sig", "https://cdn"),
    ])
    func uploadedURL(_ location: String, _ expected: String) throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            if request.target == "/o.png" { return [answer("308 Permanent Redirect", ["location: /moved.png?q=2"])] }
            return [answer("200 OK", location.isEmpty ? [] : ["location: \(location)"])]
        }
        let session = try uploader(test, server.url).makeSession(predictionID: "p")
        let url = try upload(test, session, temporaryFile([1, 2]), "o.png").get()
        #expect(url == (location.isEmpty ? server.url + expected : expected))
        #expect(server.requests.last?.body == [1, 2])
        try test.close(server)
    }

    /// The failure texts; transient ones are tried again first.
    @Test func uploadFailures() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            switch request.target {
            case "/400": [answer("400 No")]
            case "/500": [answer("500 Broken")]
            case "/599": [answer("599 Odd")]
            case "/reset": [.reset]
            default: [.hang]
            }
        }
        let session = try uploader(test, server.url).makeSession(predictionID: "p")
        let file = temporaryFile([1])
        #expect(
            try upload(test, session, file, "400").errorText
                == "Failed to upload output: upload returned status 400 Bad Request")
        #expect(server.requests.count == 1)
        #expect(
            try upload(test, session, file, "500").errorText
                == "Failed to upload output: upload returned status 500 Internal Server Error")
        #expect(server.requests.count == 4)
        #expect(
            try upload(test, session, file, "599").errorText == "Failed to upload output: upload returned status 599")
        #expect(
            try upload(test, session, file, "reset").errorText?.hasPrefix(
                "Failed to upload output: upload request failed: ")
                == true)
        #expect(
            try upload(test, session, file, "hang").errorText == "Failed to upload output: upload request timed out")
        #expect(session.inFlight == 0)
        try test.close(server)
    }

    /// Canceling ends running uploads and those that wait for another attempt.
    @Test func cancelUploads() throws {
        let test = try TestLoop()
        let server = try ScriptedServer(on: test.loop) { request in
            request.target == "/a" ? [.hang] : [answer("503 Busy")]
        }
        let session = try uploader(test, server.url).makeSession(predictionID: "p")
        var errors: [String?] = []
        session.upload(temporaryFile([1]), named: "a") { errors.append($0.errorText) }
        session.upload(temporaryFile([1]), named: "b") { errors.append($0.errorText) }
        try test.run(until: { server.requests.count == 2 })
        session.cancel()
        #expect(errors == ["canceled", "canceled"])
        #expect(session.inFlight == 0)
        try test.run(until: { test.client.inFlight == 0 })
        try test.close(server)
    }

    private func uploader(_ test: TestLoop, _ url: String) throws -> Uploader {
        Uploader(on: test.loop, client: test.client, uploadURL: try HTTPURL(url), configuration: configuration)
    }

    private func upload(
        _ test: TestLoop, _ session: UploadSession, _ file: OpenFile, _ name: String
    ) throws -> Result<String, FileError> {
        try test.value { session.upload(file, named: name, completion: $0) }
    }
}
