import EventLoop
import Glibc
import HTTPClient
import Testing

/// A loop of a test's own, with a client, and a deadline for everything.
final class TestLoop {
    let loop: EventLoop
    let client: HTTPClient
    private let heartbeat: Timer

    init() throws {
        loop = try EventLoop()
        client = HTTPClient(on: loop)
        heartbeat = try Timer(on: loop) {}
        heartbeat.start(after: .milliseconds(20), repeating: .milliseconds(20))
    }

    /// Runs the loop until `condition` holds; fails after 20 s.
    func run(until condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        let start = ContinuousClock.now
        while !condition() {
            guard ContinuousClock.now - start < .seconds(20) else {
                Issue.record("waited for 20 s in vain", sourceLocation: sourceLocation)
                return
            }
            loop.runOnce(waiting: true)
        }
    }

    /// Sends a request and runs the loop until it has ended.
    func result(
        of request: HTTPRequest, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Result<HTTPResponse, HTTPClientError>? {
        var result: Result<HTTPResponse, HTTPClientError>?
        client.send(request) { result = $0 }
        run(until: { result != nil }, sourceLocation: sourceLocation)
        return result
    }

    /// Closes everything and checks that no handle is left.
    func close(_ servers: ScriptedServer..., sourceLocation: SourceLocation = #_sourceLocation) {
        client.close()
        for server in servers { server.close() }
        heartbeat.close()
        loop.run()  // until the last job on the thread pool and the last handle are done
        #expect(loop.handlesMade == loop.handlesClosed, sourceLocation: sourceLocation)
        #expect(client.inFlight == 0, sourceLocation: sourceLocation)
        loop.close()
    }
}

/// An anonymous file with these bytes.
func temporaryFile(_ bytes: [UInt8] = []) -> OpenFile {
    var name = Array("/tmp/coglet-test-XXXXXX\0".utf8CString)
    let file = OpenFile(taking: mkstemp(&name))
    unlink(name)
    _ = bytes.withUnsafeBytes { file.write($0, at: 0) }
    return file
}

extension OpenFile {
    /// All bytes of the file.
    var contents: [UInt8] {
        var status = stat()
        fstat(descriptor, &status)
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { memory, count in
            count = (try? read(into: UnsafeMutableRawBufferPointer(memory), at: 0).get()) ?? 0
        }
    }
}

extension Result {
    /// The error, if it is one.
    var error: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
