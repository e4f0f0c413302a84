import EventLoop
import Testing

@Suite struct TimerTests {
    /// A timer without a repeat fires once, not before its time.
    @Test func timerFiresOnceAfterItsTime() throws {
        try withLoop { loop in
            var fired = 0
            let timer = try Timer(on: loop) { fired += 1 }
            let start = loop.now
            timer.start(after: .milliseconds(20))
            #expect(timer.isActive)
            loop.run()
            #expect(fired == 1)
            #expect(loop.now - start >= .milliseconds(20))
            timer.close()
        }
    }

    /// A repeating timer fires until it is stopped, also from its own callback.
    @Test func repeatingTimerFiresUntilStopped() throws {
        try withLoop { loop in
            var fired = 0
            var timer: Timer?
            timer = try Timer(on: loop) {
                fired += 1
                if fired == 3 { timer?.stop() }
            }
            timer?.start(after: .zero, repeating: .milliseconds(1))
            loop.run()
            #expect(fired == 3)
            timer?.close()
        }
    }

    /// A timer that is closed before its time never fires, and closing it twice is harmless.
    @Test func closedTimerNeverFires() throws {
        try withLoop { loop in
            var fired = false
            let timer = try Timer(on: loop) { fired = true }
            timer.start(after: .milliseconds(1))
            timer.close()
            timer.close()
            loop.run()
            #expect(!fired)
        }
    }
}
