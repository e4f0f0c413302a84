import Testing

@testable import EventLoop

@Suite struct RateWatchTests {
    private let minimum = MinimumRate(bytesPerSecond: 1_024, over: .seconds(30))

    /// Looks twice a second at a peer that has moved `bytes(seconds)` so far; how long until it is too slow, if ever.
    private func tooSlow(within limit: Int = 600, _ bytes: (Double) -> Int) -> Double? {
        var watch = RateWatch()
        for step in 0...(limit * 2) {
            let seconds = Double(step) / 2
            if watch.isTooSlow(bytes(seconds), at: .seconds(1_000) + .seconds(seconds), minimum: minimum) {
                return seconds
            }
        }
        return nil
    }

    /// A byte per second is too slow after one window, and so is anything below the minimum.
    @Test(arguments: [1, 100, 1_000])
    func slowOnPurpose(_ rate: Int) {
        let end = tooSlow { Int($0 * Double(rate)) }
        #expect(end != nil && (30...31.5).contains(end ?? 0))
    }

    /// The minimum, and everything above it, may continue forever, whatever the pieces.
    @Test func fastEnough() {
        #expect(tooSlow { Int($0 * 1_024) } == nil)
        #expect(tooSlow { Int($0 * 100_000) } == nil)
        #expect(tooSlow { Int($0) / 10 * 15_360 } == nil)
        #expect(tooSlow { Int($0) / 25 * 40_000 } == nil)
    }

    /// Silence is left to the timeouts, before the first byte and after a fast beginning.
    @Test func silence() {
        #expect(tooSlow { _ in 0 } == nil)
        #expect(tooSlow { min(Int($0 * 100_000), 1_000_000) } == nil)
        #expect(tooSlow { min(Int($0 * 100), 1_000) } == nil)
        #expect(tooSlow { $0 < 50 ? min(Int($0 * 100), 1_000) : Int($0 - 49) * 100_000 } == nil)
        #expect(tooSlow { Int($0) / 45 * 1_000_000 } == nil)
    }

    /// A byte every 50 seconds isn't silence.
    @Test func byteNowAndThen() {
        let end = tooSlow { Int($0) / 50 }
        #expect(end == 100)
    }

    /// What a peer did well before doesn't help it.
    @Test func fastThenSlow() {
        let end = tooSlow { $0 < 100 ? Int($0 * 100_000) : 10_000_000 + Int($0 - 100) }
        #expect((130...132).contains(end ?? 0))
    }

    /// A pause of this process doesn't count against the peer, whether the process announced it or simply didn't run.
    @Test func ownPauses() {
        var watch = RateWatch()
        for second in 0..<600 {
            let isTooSlow = watch.isTooSlow(second, at: .seconds(second), minimum: minimum)
            #expect(!isTooSlow)
            if second % 25 == 0 { watch.restart() }
        }
        var stopped = RateWatch()
        for (bytes, seconds) in [(0, 0), (1, 1), (2, 3_600)] {
            let isTooSlow = stopped.isTooSlow(bytes, at: .seconds(seconds), minimum: minimum)
            #expect(!isTooSlow)
        }
    }

    /// Messages name rate and time.
    @Test func text() {
        #expect(minimum.description == "1024 bytes/s over 30 s")
        #expect(MinimumRate(bytesPerSecond: 5, over: .milliseconds(1_250)).description == "5 bytes/s over 1.25 s")
        #expect(MinimumRate.usual == minimum)
    }
}
