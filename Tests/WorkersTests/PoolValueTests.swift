import Predictions
import Testing

@testable import Workers

/// What was sent to a worker.
@Suite struct InFlights {
    private func run(_ index: Int) -> RunID { RunID(index: index) }

    @Test func tokensCountUp() {
        var inFlight = InFlight()
        #expect((1...5).map { inFlight.sent(run($0)) } == [1, 2, 3, 4, 5])
        inFlight.ended(5)
        #expect(inFlight.sent(run(6)) == 6)
    }

    @Test func findsByToken() {
        var inFlight = InFlight()
        for index in 1...100 { _ = inFlight.sent(run(index)) }
        for token in stride(from: UInt32(1), through: 100, by: 3) { inFlight.ended(token) }
        for token in UInt32(1)...100 {
            #expect(inFlight[token] == (token % 3 == 1 ? nil : run(Int(token))))
        }
    }

    @Test(arguments: [UInt32(0), 9, .max])
    func strangersTokenFindsNothing(token: UInt32) {
        var inFlight = InFlight()
        _ = inFlight.sent(run(1))
        #expect(inFlight[token] == nil)
        inFlight.ended(token)
        #expect(inFlight.count == 1)
    }

    @Test(arguments: 0...4)
    func begunOnesAreThoseUpToTheLast(last: Int) {
        var inFlight = InFlight()
        for index in 1...4 { _ = inFlight.sent(run(index)) }
        #expect(inFlight.begun(upTo: UInt32(last)) == Set((0..<last).map { run($0 + 1) }))
    }

    @Test func endedOnesAreNotBegun() {
        var inFlight = InFlight()
        for index in 1...3 { _ = inFlight.sent(run(index)) }
        inFlight.ended(2)
        #expect(inFlight.begun(upTo: 2) == [run(1)])
    }

    @Test func predictionThatIsSentAgainIsNewToTheWorker() {
        var inFlight = InFlight()
        for index in [5, 6, 1] { _ = inFlight.sent(run(index)) }
        #expect(inFlight.begun(upTo: 2) == [run(5), run(6)])
        #expect(inFlight.token(of: run(1)) == 3)
    }

    @Test func textBelongsToTheOnlyOne() {
        var inFlight = InFlight()
        #expect(inFlight.ownersOfText == [])
        _ = inFlight.sent(run(1))
        #expect(inFlight.ownersOfText == [run(1)])
        _ = inFlight.sent(run(2))
        #expect(inFlight.ownersOfText == [])
        inFlight.ended(1)
        #expect(inFlight.ownersOfText == [run(2)])
    }

    @Test func textBelongsToAllOfTheOnlyBatch() {
        var inFlight = InFlight()
        for index in 1...3 { _ = inFlight.sent(run(index)) }
        #expect(inFlight.batched(3) == [1, 2, 3])
        #expect(inFlight.ownersOfText == [run(1), run(2), run(3)])
        inFlight.ended(1)
        #expect(inFlight.ownersOfText == [run(2), run(3)])
        for index in 4...5 { _ = inFlight.sent(run(index)) }
        #expect(inFlight.batched(2) == [4, 5])
        #expect(inFlight.ownersOfText == [])
        inFlight.ended(2)
        inFlight.ended(3)
        #expect(inFlight.ownersOfText == [run(4), run(5)])
    }

    @Test func batchOfWhatWasSentLast() {
        var inFlight = InFlight()
        for index in 1...3 { _ = inFlight.sent(run(index)) }
        #expect(inFlight.batched(2) == [2, 3])
        #expect(inFlight.batched(0) == [])
        inFlight.ended(2)
        #expect(inFlight.batched(9) == [1, 3])
    }
}

/// Which worker is recycled when.
@Suite struct Recyclings {
    private let first = WorkerID(1)
    private let second = WorkerID(2)

    private func recycling(predictions: Int? = nil, bytes: Int? = nil) -> Recycling {
        var limits = Recycling.Limits()
        limits.predictions = predictions
        limits.residentBytes = bytes
        return Recycling(limits: limits)
    }

    @Test func withoutLimitsNobody() {
        var recycling = recycling()
        #expect(!recycling.isNeeded)
        for _ in 0..<1000 { recycling.predictionEnded(by: first, at: .zero) { .max } }
        #expect(recycling.next(areAllReady: true) == nil)
    }

    @Test(arguments: 1...5)
    func afterItsShare(limit: Int) {
        var recycling = recycling(predictions: limit)
        for _ in 1..<limit { recycling.predictionEnded(by: first, at: .zero) { 0 } }
        #expect(recycling.next(areAllReady: true) == nil)
        recycling.predictionEnded(by: first, at: .zero) { 0 }
        #expect(recycling.next(areAllReady: true) == first)
        #expect(recycling.next(areAllReady: true) == nil)
    }

    @Test func oneAtATime() {
        var recycling = recycling(predictions: 1)
        recycling.predictionEnded(by: first, at: .zero) { 0 }
        recycling.predictionEnded(by: second, at: .zero) { 0 }
        #expect(recycling.next(areAllReady: true) == first)
        #expect(recycling.next(areAllReady: true) == nil)
        recycling.died(first)
        #expect(recycling.next(areAllReady: false) == nil)
        #expect(recycling.next(areAllReady: true) == second)
    }

    @Test func notWhileAnotherIsMissing() {
        var recycling = recycling(predictions: 1)
        recycling.predictionEnded(by: first, at: .zero) { 0 }
        #expect(recycling.next(areAllReady: false) == nil)
        #expect(recycling.next(areAllReady: true) == first)
    }

    @Test func deadWorkerIsForgotten() {
        var recycling = recycling(predictions: 1)
        recycling.predictionEnded(by: first, at: .zero) { 0 }
        recycling.died(first)
        #expect(recycling.next(areAllReady: true) == nil)
    }

    @Test(arguments: [(100, false), (101, true)])
    func aboveItsSize(bytes: Int, isDue: Bool) {
        var recycling = recycling(bytes: 100)
        recycling.predictionEnded(by: first, at: .zero) { bytes }
        #expect(recycling.next(areAllReady: true) == (isDue ? first : nil))
    }

    @Test func sizeIsNotAskedForTooOften() {
        var recycling = recycling(bytes: 100)
        var asked = 0
        for moment in 0..<10 {
            recycling.predictionEnded(by: first, at: Recycling.sizeInterval * moment / 2) {
                asked += 1
                return 0
            }
        }
        #expect(asked == 5)
    }

    @Test func unknownSizeIsNoReason() {
        var recycling = recycling(bytes: 100)
        recycling.predictionEnded(by: first, at: .zero) { nil }
        #expect(recycling.next(areAllReady: true) == nil)
    }
}

/// The condition of the model, derived from its workers.
@Suite struct Conditions {
    private enum Kind: String, CaseIterable {
        case settingUp, ready, setupFailed, diedInSetup
    }

    private func lifecycle(_ kind: Kind) -> Lifecycle {
        var lifecycle = Lifecycle(setupTimeout: nil, policy: RestartPolicy(limit: 8))
        _ = lifecycle.wanted()
        lifecycle.started(at: .zero)
        switch kind {
        case .settingUp: break
        case .ready: lifecycle.becameReady(at: .zero)
        case .setupFailed:
            _ = lifecycle.setupFailed(at: .zero)
            _ = lifecycle.died(at: .zero, modelWorks: false)
        case .diedInSetup: _ = lifecycle.died(at: .zero, modelWorks: false)
        }
        return lifecycle
    }

    @Test func readyWhileAnyIs() {
        for other in Kind.allCases {
            let workers = [lifecycle(other), lifecycle(.ready)]
            #expect(WorkerPool.condition(of: workers, modelWorks: true) == .ready)
        }
    }

    @Test func startingWhileAnyMaySucceed() {
        for other in Kind.allCases where other != .ready {
            let workers = [lifecycle(other), lifecycle(.settingUp)]
            #expect(WorkerPool.condition(of: workers, modelWorks: false) == .starting)
        }
    }

    @Test func failedWhenAllHaveFailed() {
        let workers = [lifecycle(.setupFailed), lifecycle(.diedInSetup)]
        #expect(WorkerPool.condition(of: workers, modelWorks: false) == .setupFailed)
    }

    @Test(arguments: [true, false])
    func defunctWhenNoSetupWorks(modelWorks: Bool) {
        var worker = Lifecycle(setupTimeout: nil, policy: RestartPolicy(limit: 1))
        _ = worker.wanted()
        _ = worker.died(at: .zero, modelWorks: modelWorks)
        #expect(WorkerPool.condition(of: [worker, worker], modelWorks: modelWorks) == .defunct)
        #expect(WorkerPool.condition(of: [worker, lifecycle(.ready)], modelWorks: true) == .ready)
    }

    @Test func startingAgainAfterDeaths() {
        let workers = [lifecycle(.diedInSetup), lifecycle(.diedInSetup)]
        #expect(WorkerPool.condition(of: workers, modelWorks: true) == .starting)
    }
}
