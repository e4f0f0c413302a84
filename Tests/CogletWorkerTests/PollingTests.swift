import Testing

@testable import CogletWorker

/// When the worker looks for the next prediction instead of sleeping.
@Suite struct PollingDecisions {
    private static let limit = Polling.limitNanoseconds
    private static let late = Polling.lateNanoseconds
    private static let pauses = Polling.pauseNanoseconds

    /// One that has answered a prediction which came quickly.
    private func quick(isAllowed: Bool = true) -> Polling {
        var polling = Polling(isAllowed: isAllowed)
        _ = polling.becameIdle(at: 1_000)
        polling.arrived(at: 2_000)
        return polling
    }

    /// The thread doesn't poll for the first prediction, nor after one that took long to come.
    @Test func sleepsUntilOneComesQuickly() {
        var polling = Polling(isAllowed: true)
        for (idle, arrival, end) in [
            (0, Self.limit, nil), (2 * Self.limit, 3 * Self.limit - 1, nil),
            (4 * Self.limit, 5 * Self.limit, 5 * Self.limit),
        ] {
            let found = polling.becameIdle(at: idle)
            #expect(found == end)
            polling.arrived(at: arrival)
        }
        let found = polling.becameIdle(at: 6 * Self.limit)
        #expect(found == nil)
    }

    @Test func sleepsAfterNothingHasCome() {
        var polling = quick()
        polling.timedOut()
        let end = polling.becameIdle(at: 3_000)
        #expect(end == nil)
    }

    @Test func sleepsIfTheOperatorWantsIt() {
        var polling = quick(isAllowed: false)
        let end = polling.becameIdle(at: 3_000)
        #expect(end == nil)
    }

    /// Calls late at `now`; returns the end of that.
    private func late(_ polling: inout Polling, at now: UInt64) -> UInt64 {
        let isOn = polling.yielded(from: now, to: now + Self.late)
        #expect(!isOn)
        polling.arrived(at: now + Self.late)
        return now + Self.late
    }

    /// Whether it polls for the next prediction at `now`; one comes immediately.
    private func looks(_ polling: inout Polling, at now: UInt64) -> Bool {
        defer { polling.arrived(at: now) }
        return polling.becameIdle(at: now) != nil
    }

    /// Another process has had the processor: sleeping wakes this one sooner.
    @Test func pausesAfterALateYield() {
        var polling = quick()
        let isOn = polling.yielded(from: 10_000, to: 10_000 + Self.late - 1)
        #expect(isOn)
        #expect(looks(&polling, at: Self.limit))
        let end = late(&polling, at: Self.limit) + Self.pauses.lowerBound
        #expect(!looks(&polling, at: end - 1))
        #expect(looks(&polling, at: end))
    }

    /// Each try costs time while the machine stays busy.
    @Test func pausesGrowUpToALimit() {
        var polling = quick()
        var now: UInt64 = 1_000_000
        for pause in [10, 20, 40, 80, 160, 320, 640, 640, 640].map({ UInt64($0) * 1_000_000 }) {
            #expect(looks(&polling, at: now))
            let end = late(&polling, at: now) + pause
            #expect(!looks(&polling, at: end - 1))
            now = end
        }
    }

    @Test func pausesAreShortAgainAfterAQuietTime() {
        for (count, pause) in [(Polling.quietCount - 1, 2), (Polling.quietCount, 1)] {
            var polling = quick()
            #expect(looks(&polling, at: 1_000_000))
            let first = late(&polling, at: 1_000_000) + Self.pauses.lowerBound
            for index in 0..<UInt64(count) { #expect(looks(&polling, at: first + index)) }
            let end = late(&polling, at: first + 10_000) + UInt64(pause) * Self.pauses.lowerBound
            #expect(!looks(&polling, at: end - 1))
            #expect(looks(&polling, at: end))
        }
    }
}
