import EventLoop
import Glibc
import Testing

/// Keeps what a stream tells.
final class Recorder: StreamDelegate {
    var received: [UInt8] = []
    var hasEnded = false
    var failure: EventLoopError?
    var drained = 0
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)

    deinit { memory.deallocate() }

    func streamNeedsBuffer(_ stream: Stream) -> UnsafeMutableRawBufferPointer { memory }
    func stream(_ stream: Stream, received count: Int) { received += memory.prefix(count) }
    func streamEnded(_ stream: Stream) { hasEnded = true }
    func streamFailed(_ stream: Stream, _ error: EventLoopError) { failure = error }
    func streamDrained(_ stream: Stream) { drained += 1 }
}

/// Two connected sockets.
func socketPair() throws -> (Int32, Int32) {
    var descriptors: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &descriptors) == 0)
    return (descriptors[0], descriptors[1])
}

@Suite struct StreamTests {
    /// Bytes arrive in the delegate's buffer, then the end.
    @Test func readsUntilTheEnd() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            #expect(Glibc.write(theirs, "hello", 5) == 5)
            try loop.run(until: { recorder.received.count == 5 })
            #expect(recorder.received == Array("hello".utf8))
            Glibc.close(theirs)
            try loop.run(until: { recorder.hasEnded })
            stream.close()
        }
    }

    /// A half-closed peer still gets what is written.
    @Test func writesAfterThePeerFinished() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            shutdown(theirs, Int32(SHUT_WR))
            try loop.run(until: { recorder.hasEnded })
            stream.write(Array("late".utf8))
            var bytes = [UInt8](repeating: 0, count: 10)
            #expect(read(theirs, &bytes, 10) == 4)
            stream.close()
            Glibc.close(theirs)
        }
    }

    /// Several runs leave in one call and in order; what the peer does not take is queued, counted and drained.
    @Test func queuesWhatThePeerDoesNotTake() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            let first = Buffer(Array("begin ".utf8))
            let second = Buffer([UInt8](repeating: UInt8(ascii: "x"), count: 4_000_000))
            let third = Buffer(Array(" end".utf8))
            var asked = 0
            withUnsafeTemporaryAllocation(of: WriteVector.self, capacity: 3) { vectors in
                vectors.initializeElement(at: 0, to: WriteVector(first.bytes))
                vectors.initializeElement(at: 1, to: WriteVector(second.bytes))
                vectors.initializeElement(at: 2, to: WriteVector(third.bytes))
                stream.write(vectors) {
                    asked += 1
                    return second
                }
            }
            #expect(asked == 1)
            #expect(stream.pendingBytes > 3_000_000)
            #expect(stream.queuedBytes == stream.pendingBytes)
            var received = 0
            var last: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 100_000)
            let flags = fcntl(theirs, F_GETFL)
            _ = fcntl(theirs, F_SETFL, flags | O_NONBLOCK)
            try loop.run(until: {
                let count = read(theirs, &bytes, bytes.count)
                if count > 0 {
                    received += count
                    last = Array((last + bytes[..<count]).suffix(5))
                }
                return received == 4_000_010
            })
            #expect(last == Array("x end".utf8))
            try loop.run(until: { recorder.drained == 1 })
            #expect(stream.pendingBytes == 0)
            stream.close()
            Glibc.close(theirs)
        }
    }

    /// Writing to a peer that is gone is a failure, told once; later writes do nothing.
    @Test func writingToAClosedPeerFails() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            Glibc.close(theirs)
            stream.write([1])
            #expect(recorder.failure?.code == -EPIPE)
            recorder.failure = nil
            stream.write([2])
            #expect(recorder.failure == nil)
            #expect(stream.hasFailed)
            stream.close()
        }
    }

    /// Closing in the middle of a callback, with bytes queued, drops everything and calls nothing any more.
    @Test func closingDropsWhatIsQueued() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            stream.write(Buffer([UInt8](repeating: 0, count: 4_000_000)))
            stream.close()
            loop.runOnce()
            #expect(recorder.drained == 0)
            #expect(recorder.failure == nil)
            Glibc.close(theirs)
        }
    }
}
