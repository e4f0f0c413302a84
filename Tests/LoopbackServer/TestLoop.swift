package import EventLoop
internal import Glibc
package import HTTPClient

/// What goes wrong in a test besides what it looks for.
package enum TestLoopError: Error {
    /// Nothing happened for 20 s.
    case waitedInVain
    /// Handles were left open.
    case leakedHandles(Int)
    /// Requests were left in flight.
    case leakedTransfers(Int)
}

/// A loop of a test's own, with a client, and a deadline for everything.
package final class TestLoop {
    package let loop: EventLoop
    package let client: HTTPClient
    private let heartbeat: Timer

    package init() throws {
        loop = try EventLoop()
        client = HTTPClient(on: loop)
        heartbeat = try Timer(on: loop) {}
        heartbeat.start(after: .milliseconds(20), repeating: .milliseconds(20))
    }

    /// Runs the loop until `condition` holds.
    package func run(until condition: () -> Bool) throws(TestLoopError) {
        let start = ContinuousClock.now
        while !condition() {
            guard ContinuousClock.now - start < .seconds(20) else { throw .waitedInVain }
            loop.runOnce(waiting: true)
        }
    }

    /// Runs the loop until `start` has called its argument.
    package func value<Value>(_ start: (@escaping (Value) -> Void) -> Void) throws(TestLoopError) -> Value {
        var value: Value?
        start { value = $0 }
        try run(until: { value != nil })
        guard let value else { throw .waitedInVain }
        return value
    }

    /// Sends a request and runs the loop until it has ended.
    package func result(of request: HTTPRequest) throws(TestLoopError) -> Result<HTTPResponse, HTTPClientError> {
        try value { done in client.send(request, completion: done) }
    }

    /// Closes everything and checks that no handle is left.
    package func close(_ servers: ScriptedServer...) throws(TestLoopError) {
        client.close()
        for server in servers { server.close() }
        heartbeat.close()
        loop.run()  // until the last job on the thread pool and the last handle are done
        guard loop.handlesMade == loop.handlesClosed else {
            throw .leakedHandles(loop.handlesMade - loop.handlesClosed)
        }
        guard client.inFlight == 0 else { throw .leakedTransfers(client.inFlight) }
        loop.close()
    }
}

/// An anonymous file with these bytes.
package func temporaryFile(_ bytes: [UInt8] = []) -> OpenFile {
    var name = Array("/tmp/coglet-test-XXXXXX\0".utf8CString)
    let file = OpenFile(taking: mkstemp(&name))
    unlink(name)
    _ = bytes.withUnsafeBytes { file.write($0, at: 0) }
    return file
}

extension OpenFile {
    /// All bytes of the file.
    package var contents: [UInt8] {
        var status = stat()
        fstat(descriptor, &status)
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { memory, count in
            count = (try? read(into: UnsafeMutableRawBufferPointer(memory), at: 0).get()) ?? 0
        }
    }
}

extension Result {
    /// The error, if it is one.
    package var error: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
