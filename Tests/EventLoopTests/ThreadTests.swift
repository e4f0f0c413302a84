import EventLoop
import Glibc
import Testing

@Suite struct ThreadTests {
    /// wake() on another thread makes the loop call back on its own.
    @Test func wakeupFromAnotherThread() throws {
        try withLoop { loop in
            let thread = UInt(pthread_self())
            var woken = 0
            var calledOn: UInt = 0
            let wakeup = try Wakeup(on: loop) {
                woken += 1
                calledOn = UInt(pthread_self())
            }
            let waker = try Thread { wakeup.wake() }
            try loop.run(until: { woken > 0 })
            waker.join()
            #expect(calledOn == thread)
            wakeup.close()
            // Nothing happens, and nothing breaks.
            wakeup.wake()
        }
    }

    /// wake() may race with close(): other threads do not know when the loop closes.
    @Test func wakingWhileClosing() throws {
        try withLoop { loop in
            for _ in 0..<50 {
                let wakeup = try Wakeup(on: loop) {}
                let waker = try Thread { for _ in 0..<50 { wakeup.wake() } }
                wakeup.close()
                loop.runOnce()
                waker.join()
            }
        }
    }

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
