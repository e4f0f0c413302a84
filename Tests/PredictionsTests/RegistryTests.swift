import Predictions
import Testing

private func prediction(_ id: String) -> Prediction {
    Prediction(
        id: id, createdAt: Timestamp(nanoseconds: 0), input: nil,
        outputIsArray: false)
}

extension Registry {
    /// Runs a prediction from begin to end with an output of this size.
    fileprivate mutating func run(_ id: String, outputBytes: Int = 1, at time: Duration = .zero) {
        let prediction = prediction(id)
        began(id, as: RunID(index: 0))
        prediction.started(at: Timestamp(nanoseconds: 0))
        let text = "\"" + String(repeating: "x", count: outputBytes) + "\""
        prediction.succeeded(
            whole: .small(Array(text.utf8)), isList: false, at: Timestamp(nanoseconds: 0), after: .zero)
        ended(id, body: prediction.body(), at: time)
    }
}

/// What is remembered of predictions, and for how long.
@Suite struct Remembering {
    @Test func runningThenFinished() {
        var registry = Registry()
        let first = prediction("a")
        registry.began("a", as: RunID(index: 7))
        #expect(registry.running("a") == RunID(index: 7))
        #expect(registry.finishedBody("a", at: .zero) == nil)
        first.canceled(at: Timestamp(nanoseconds: 0), after: .zero)
        registry.ended("a", body: first.body(), at: .zero)
        #expect(registry.running("a") == nil)
        #expect(registry.finishedBody("a", at: .zero) == first.body().joined)
    }

    @Test func anHour() {
        var registry = Registry()
        registry.run("a", at: .seconds(10))
        #expect(registry.finishedBody("a", at: .seconds(10) + Registry.timeToLive - .nanoseconds(1)) != nil)
        #expect(registry.finishedBody("a", at: .seconds(10) + Registry.timeToLive) == nil)
    }

    @Test func aThousand() {
        var registry = Registry()
        for number in 0...Registry.finishedLimit { registry.run("\(number)") }
        #expect(registry.finishedBody("0", at: .zero) == nil)
        #expect(registry.finishedBody("1", at: .zero) != nil)
        #expect(registry.finishedBody("\(Registry.finishedLimit)", at: .zero) != nil)
    }

    @Test func bytes() {
        var registry = Registry()
        let size = Registry.bodyLimitBytes - 1000
        for number in 0..<100 { registry.run("\(number)", outputBytes: size) }
        let kept = (0..<100).filter { registry.finishedBody("\($0)", at: .zero) != nil }
        #expect(kept == Array(100 - kept.count..<100))
        #expect(kept.count * size <= Registry.finishedLimitBytes)
        #expect((kept.count + 2) * size > Registry.finishedLimitBytes)
    }

    @Test func largeBodyIsNotKept() {
        var registry = Registry()
        registry.run("a", outputBytes: Registry.bodyLimitBytes)
        #expect(registry.finishedBody("a", at: .zero) == nil)
        // Only its end is known.
        #expect(registry.remembers("a", at: .zero) == true)
        #expect(registry.remembers("b", at: .zero) == false)
        #expect(registry.remembers("a", at: Registry.timeToLive) == false)
    }

    /// The id of the last event outlives the events.
    @Test func eventsAreRemembered() {
        var registry = Registry()
        let end = prediction("a")
        end.canceled(at: Timestamp(nanoseconds: 0), after: .zero)
        var history = EventHistory(capacity: 1)
        _ = history.started(id: "a")
        history.ended(CompletedEvent(end))
        registry.began("a", as: RunID(index: 0))
        registry.ended("a", body: end.body(), events: history, at: .zero)
        guard case .events(_, from: 1, completed: _?) = registry.replay("a", after: nil, at: .zero) else {
            Issue.record("no events")
            return
        }
        guard case .nothingFollows = registry.replay("a", after: 2, at: .zero) else {
            Issue.record("not over")
            return
        }
        #expect(registry.replay("a", after: nil, at: Registry.timeToLive) == nil)
        #expect(registry.replay("b", after: nil, at: .zero) == nil)
    }

    /// An id that runs again has no finished state, and its old entry does not outlive it.
    @Test func idIsUsedAgain() {
        var registry = Registry()
        for number in 0..<5000 { registry.run("a", at: .seconds(number)) }
        registry.began("a", as: RunID(index: 0))
        #expect(registry.finishedBody("a", at: .seconds(5000)) == nil)
    }

    /// It doesn't displace another prediction and isn't counted more than once.
    @Test func othersAreKeptMeanwhile() {
        var registry = Registry()
        registry.run("old")
        for _ in 0..<5000 { registry.run("a") }
        #expect(registry.finishedBody("old", at: .zero) != nil)
        #expect(registry.finishedBody("a", at: .zero) != nil)
        for number in 2..<Registry.finishedLimit { registry.run("\(number)") }
        #expect(registry.finishedBody("old", at: .zero) != nil)
        registry.began("running", as: RunID(index: 3))
        registry.run("one more")
        #expect(registry.finishedBody("old", at: .zero) == nil)
        #expect(registry.finishedBody("a", at: .zero) != nil)
        #expect(registry.runningCount == 1)
        #expect(registry.running("running") == RunID(index: 3))
    }
}

/// Ids that the server chooses.
@Suite struct ChosenIDs {
    @Test func hexadecimalNanoseconds() {
        var ids = PredictionIDs()
        #expect(ids.next(at: Timestamp(nanoseconds: 0x18EA_C045_5BAF_2715)) == "pred_18eac0455baf2715")
        #expect(ids.next(at: Timestamp(nanoseconds: 0x18EA_C045_5BAF_2715)) == "pred_18eac0455baf2716")
        #expect(ids.next(at: Timestamp(nanoseconds: 5)) == "pred_18eac0455baf2717")
    }

    @Test func leadingZeros() {
        var ids = PredictionIDs()
        #expect(ids.next(at: Timestamp(nanoseconds: 255)) == "pred_00000000000000ff")
    }
}
