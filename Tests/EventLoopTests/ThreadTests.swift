import EventLoop
import Glibc
import Testing

@Suite struct ThreadTests {
    /// Work runs on another thread, and its result comes back to the loop's.
    @Test func submittedWorkReturnsItsResult() throws {
        try withLoop { loop in
            let thread = UInt(pthread_self())
            var results: [Int] = []
            var workThreads: Set<UInt> = []
            for number in 0..<20 {
                loop.submit(
                    work: { (square: number * number, thread: UInt(pthread_self())) },
                    then: { result in
                        #expect(UInt(pthread_self()) == thread)
                        results.append(result.square)
                        workThreads.insert(result.thread)
                    })
            }
            loop.run()
            #expect(results.sorted() == (0..<20).map { $0 * $0 })
            #expect(!workThreads.contains(thread))
        }
    }

    /// The loop belongs to the thread that runs it, and to no other.
    @Test func loopKnowsItsThread() throws {
        try withLoop { loop in
            #expect(loop.inEventLoop)
            nonisolated(unsafe) let shared = loop
            nonisolated(unsafe) var elsewhere = true
            let thread = try Thread { elsewhere = shared.inEventLoop }
            thread.join()
            #expect(!elsewhere)
        }
    }
}

/// A plain thread, for tests of what other threads may do.
final class Thread {
    private var thread: pthread_t = 0

    init(_ body: @escaping @Sendable () -> Void) throws {
        let context = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        try #require(status == 0)
    }

    func join() {
        pthread_join(thread, nil)
    }

    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
