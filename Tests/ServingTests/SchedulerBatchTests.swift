import Predictions
import Serving
import Testing
import Workers

/// A scheduler of a batched model; a moment is a second, and so is the wait.
private func batched(
    size: Int = 4, workers: Int = 1, slots: Int = 1, queue: Int = 0,
    _ change: (inout Scheduler.Limits) -> Void = { _ in }
) -> Scheduler {
    var limits = Scheduler.Limits()
    limits.queueLimit = queue
    change(&limits)
    var scheduler = Scheduler(limits: limits)
    _ = scheduler.workersExpected(workers)
    for number in 0..<workers { _ = scheduler.ready(number + 1, size: size, slots: slots) }
    return scheduler
}

extension Scheduler {
    fileprivate mutating func ready(_ number: Int, size: Int = 4, slots: Int = 1) -> [Action] {
        workerReady(worker(number), slots: slots, batching: Batching(size: size, wait: .seconds(1)), at: .zero)
    }

    /// The prediction arrives and has all it needs.
    fileprivate mutating func come(_ index: Int, at second: Int = 0) -> [Action] {
        guard arrived(run(index), at: .seconds(second)) == .prepare else {
            Issue.record("refused")
            return []
        }
        return prepared(run(index), at: .seconds(second))
    }

    /// The first runs alone, and these gather in the meantime; then the first ends. Returns the resulting actions.
    fileprivate mutating func batch(_ indices: ClosedRange<Int>, behind first: Int = 99) -> [Action] {
        _ = come(first)
        for index in indices { _ = come(index) }
        return free(first)
    }

    fileprivate mutating func die(_ number: Int, begun: [Int]) -> [Action] {
        workerDied(worker(number), begun: Set(begun.map { run($0) }), at: .zero)
    }

    fileprivate mutating func fail(_ indices: [Int]) -> [Action] {
        batchFailed(indices.map { run($0) }, at: .zero)
    }

    fileprivate mutating func cancel(_ index: Int) -> [Action] {
        canceled(run(index), at: .zero)
    }
}

private func starts(_ indices: [Int], on number: Int = 1) -> Action {
    .startBatch(indices.map { run($0) }, on: worker(number))
}

/// Which batch begins when.
@Suite struct BatchStarts {
    @Test func loneOneAtOnce() {
        var scheduler = batched()
        #expect(scheduler.come(1) == [starts([1])])
    }

    @Test func othersGatherWhileABatchRuns() {
        var scheduler = batched()
        _ = scheduler.come(1)
        for index in 2...4 { #expect(scheduler.come(index) == []) }
        #expect(scheduler.waitingCount == 3)
        #expect(scheduler.free(1) == [starts([2, 3, 4])])
        #expect(scheduler.takenSlots == 3)
    }

    @Test func slotIsFreeWhenAllOfABatchHaveEnded() {
        var scheduler = batched()
        #expect(scheduler.batch(1...3) == [starts([1, 2, 3])])
        _ = scheduler.come(4)
        #expect(scheduler.free(2) == [])
        #expect(scheduler.free(1) == [])
        #expect(scheduler.free(3) == [starts([4])])
    }

    @Test func batchHasAtMostItsSize() {
        var scheduler = batched(size: 2)
        #expect(scheduler.batch(1...3) == [starts([1, 2])])
        #expect(scheduler.free(1) == [])
        #expect(scheduler.free(2) == [starts([3])])
    }

    @Test func whoHasNoFilesYetIsNotWaitedFor() {
        var scheduler = batched()
        #expect(scheduler.arrived(run(1), at: .zero) == .prepare)
        #expect(scheduler.come(2) == [starts([2])])
        #expect(scheduler.prepared(run(1), at: .zero) == [])
        #expect(scheduler.free(2) == [starts([1])])
        #expect(scheduler.prepared(run(1), at: .zero) == [])
    }

    @Test func waitsForAnAnsweredClientUntilTheDeadline() {
        var scheduler = batched()
        #expect(scheduler.arrived(run(1), from: 7, at: .zero) == .prepare)
        _ = scheduler.prepared(run(1), at: .zero)
        _ = scheduler.free(1, at: 10)
        #expect(scheduler.arrived(run(2), from: 8, at: .seconds(10)) == .prepare)
        #expect(scheduler.prepared(run(2), at: .seconds(10)) == [])
        #expect(scheduler.nextDeadline == .seconds(11))
        #expect(scheduler.deadlinePassed(at: .milliseconds(10_999)) == [])
        #expect(scheduler.nextDeadline == .seconds(11))
        #expect(scheduler.deadlinePassed(at: .seconds(11)) == [starts([2])])
        #expect(scheduler.nextDeadline == nil)
    }

    @Test func answeredClientThatComesAgainCompletesTheBatch() {
        var scheduler = batched()
        _ = scheduler.arrived(run(1), from: 7, at: .zero)
        _ = scheduler.prepared(run(1), at: .zero)
        _ = scheduler.free(1)
        _ = scheduler.arrived(run(2), from: 8, at: .zero)
        #expect(scheduler.prepared(run(2), at: .zero) == [])
        _ = scheduler.arrived(run(3), from: 7, at: .zero)
        #expect(scheduler.prepared(run(3), at: .zero) == [starts([2, 3])])
    }

    @Test func answeredClientThatLeavesIsNotWaitedFor() {
        var scheduler = batched()
        _ = scheduler.arrived(run(1), from: 7, at: .zero)
        _ = scheduler.prepared(run(1), at: .zero)
        _ = scheduler.free(1)
        _ = scheduler.arrived(run(2), from: 8, at: .zero)
        _ = scheduler.prepared(run(2), at: .zero)
        #expect(scheduler.expects(7))
        #expect(scheduler.clientGone(8, at: .zero) == [])
        #expect(scheduler.clientGone(7, at: .zero) == [starts([2])])
    }

    @Test func noDeadlineWhileNoSlotIsFree() {
        var scheduler = batched()
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        #expect(scheduler.nextDeadline == nil)
    }

    @Test func batchesOfSeveralWorkersAndSlots() {
        var scheduler = batched(size: 2, workers: 2, slots: 2)
        #expect(scheduler.come(1) == [starts([1], on: 1)])
        #expect(scheduler.come(2) == [starts([2], on: 2)])
        #expect(scheduler.come(3) == [starts([3], on: 1)])
        #expect(scheduler.come(4) == [starts([4], on: 2)])
        #expect(scheduler.come(5) == [])
        #expect(scheduler.come(6) == [])
        #expect(scheduler.free(4) == [starts([5, 6], on: 2)])
        #expect(scheduler.takenSlots(of: worker(1)) == 2)
        #expect(scheduler.takenSlots(of: worker(2)) == 3)
    }

    @Test func uploadsDoNotKeepTheSlot() {
        var scheduler = batched()
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        #expect(scheduler.modelFinished(run(1), at: .zero) == [starts([2])])
        #expect(scheduler.free(1) == [])
        #expect(scheduler.takenSlots == 1)
    }

    @Test func retiredWorkerFinishesItsBatch() {
        var scheduler = batched(workers: 2)
        _ = scheduler.come(1)
        #expect(scheduler.workerRetiring(worker(1)) == [])
        #expect(scheduler.come(2) == [starts([2], on: 2)])
        #expect(scheduler.come(3) == [])
        #expect(scheduler.free(1) == [.retire(worker(1))])
        #expect(scheduler.free(2) == [starts([3], on: 2)])
    }
}

/// How many are taken.
@Suite struct BatchCapacity {
    @Test func slotHoldsTwoBatches() {
        var scheduler = batched(size: 2)
        for index in 1...4 {
            #expect(scheduler.freeSlots == 5 - index)
            _ = scheduler.come(index)
        }
        #expect(scheduler.freeSlots == 0)
        #expect(scheduler.refusal == .busy)
        #expect(scheduler.arrived(run(5), at: .zero) == .refuse(.busy))
    }

    @Test func queueCountsBeyond() {
        var scheduler = batched(size: 2, queue: 2)
        for index in 1...6 { _ = scheduler.come(index) }
        #expect(scheduler.arrived(run(7), at: .zero) == .refuse(.busy))
        _ = scheduler.free(1)
        #expect(scheduler.arrived(run(7), at: .zero) == .prepare)
    }

    @Test func whoseFilesAreOnTheirWayCounts() {
        var scheduler = batched(size: 1)
        #expect(scheduler.arrived(run(1), at: .zero) == .prepare)
        #expect(scheduler.arrived(run(2), at: .zero) == .prepare)
        #expect(scheduler.arrived(run(3), at: .zero) == .refuse(.busy))
        #expect(scheduler.free(1) == [])
        #expect(scheduler.arrived(run(3), at: .zero) == .prepare)
    }

    @Test func missingWorkersCountAsIfTheyWereHere() {
        var scheduler = batched(size: 2)
        #expect(scheduler.die(1, begun: []) == [])
        #expect(scheduler.freeSlots == 0)
        for index in 1...4 { #expect(scheduler.come(index) == []) }
        #expect(scheduler.arrived(run(5), at: .zero) == .refuse(.busy))
        #expect(scheduler.ready(2, size: 2) == [starts([1, 2], on: 2)])
    }

    @Test func noWorkers() {
        var scheduler = batched()
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        _ = scheduler.arrived(run(3), at: .zero)
        #expect(scheduler.die(1, begun: []) == [.waitAgain(run(1))])
        #expect(scheduler.workersExpected(0) == [1, 2, 3].map { .end(run($0), .noWorkers) })
        #expect(scheduler.refusal == .noWorkers)
        #expect(scheduler.waitingCount == 0)
    }

    @Test func queueTimeout() {
        var scheduler = batched { $0.queueTimeout = .seconds(5) }
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        #expect(scheduler.deadlinePassed(at: .seconds(5)) == [.end(run(2), .waitedTooLong)])
        #expect(scheduler.free(1) == [])
    }
}

/// What is left of a batch when its call has failed.
@Suite struct BatchFailures {
    @Test func halvesRunAgainUntilTheCulpritIsAlone() {
        var scheduler = batched(size: 8)
        #expect(scheduler.batch(1...8) == [starts(Array(1...8))])
        #expect(scheduler.fail(Array(1...8)) == (1...8).map { .startOver(run($0)) } + [starts([1, 2, 3, 4])])
        #expect(scheduler.waitingCount == 4)
        for index in 1...3 { #expect(scheduler.free(index) == []) }
        #expect(scheduler.free(4) == [starts([5, 6, 7, 8])])
        #expect(scheduler.fail([5, 6, 7, 8]) == (5...8).map { .startOver(run($0)) } + [starts([5, 6])])
        #expect(scheduler.fail([5, 6]) == [.startOver(run(5)), .startOver(run(6)), starts([7, 8])])
        _ = scheduler.free(7)
        #expect(scheduler.free(8) == [starts([5])])
        // The culprit, alone: the worker ends it by itself.
        #expect(scheduler.free(5) == [starts([6])])
        #expect(scheduler.free(6) == [])
    }

    @Test func oddCounts() {
        var scheduler = batched(size: 5)
        _ = scheduler.batch(1...5)
        #expect(scheduler.fail([1, 2, 3, 4, 5]).last == starts([1, 2, 3]))
        #expect(scheduler.fail([1, 2, 3]).last == starts([4, 5]))
    }

    @Test func halvesRunOnAllWorkers() {
        var scheduler = batched(workers: 2)
        _ = scheduler.come(98)
        #expect(scheduler.batch(1...4).last == starts([1, 2, 3, 4], on: 2))
        _ = scheduler.free(98)
        #expect(scheduler.fail([1, 2, 3, 4]).suffix(2) == [starts([1, 2], on: 1), starts([3, 4], on: 2)])
    }

    @Test func partsGoBeforeThoseThatGather() {
        var scheduler = batched()
        _ = scheduler.batch(1...2)
        _ = scheduler.come(3)
        #expect(scheduler.fail([1, 2]).last == starts([1]))
        #expect(scheduler.free(1) == [starts([2])])
        #expect(scheduler.free(2) == [starts([3])])
    }

    @Test func deathIsTheSame() {
        var scheduler = batched()
        _ = scheduler.batch(1...3)
        #expect(scheduler.die(1, begun: [1, 2, 3]) == (1...3).map { .startOver(run($0)) })
        #expect(scheduler.ready(2) == [starts([1, 2], on: 2)])
        #expect(scheduler.die(2, begun: [1, 2]) == [.startOver(run(1)), .startOver(run(2))])
        #expect(scheduler.ready(3) == [starts([3], on: 3)])
        #expect(scheduler.free(3) == [starts([1], on: 3)])
        #expect(scheduler.die(3, begun: [1]) == [.end(run(1), .workerDied)])
        #expect(scheduler.ready(4) == [starts([2], on: 4)])
    }

    @Test func whatHasEndedBeforeTheDeathStaysEnded() {
        var scheduler = batched()
        _ = scheduler.batch(1...3)
        _ = scheduler.free(1)
        _ = scheduler.free(2)
        // Of three; two of them may have been to blame.
        #expect(scheduler.die(1, begun: [3]) == [.startOver(run(3))])
        #expect(scheduler.ready(2) == [starts([3], on: 2)])
        #expect(scheduler.die(2, begun: [3]) == [.end(run(3), .workerDied)])
    }

    @Test func batchThatWasNotBegunIsAsItWas() {
        var scheduler = batched()
        _ = scheduler.batch(1...3)
        _ = scheduler.come(4)
        #expect(scheduler.die(1, begun: []) == (1...3).map { .waitAgain(run($0)) })
        #expect(scheduler.ready(2) == [starts([1, 2, 3, 4], on: 2)])
    }

    /// A request that kills every worker which only reads it is found in the same way.
    @Test func batchThatIsNeverBegun() {
        var scheduler = batched()
        _ = scheduler.batch(1...2)
        for number in 1..<Scheduler.lossLimit {
            #expect(scheduler.die(number, begun: []).first == .waitAgain(run(1)))
            _ = scheduler.ready(number + 1)
        }
        #expect(scheduler.die(Scheduler.lossLimit, begun: []) == [.startOver(run(1)), .startOver(run(2))])
        #expect(scheduler.ready(9) == [starts([1], on: 9)])
        #expect(scheduler.die(9, begun: []) == [.end(run(1), .workerDied)])
        #expect(scheduler.ready(10) == [starts([2], on: 10)])
    }

    @Test func otherBatchesOfADeadWorker() {
        var scheduler = batched(size: 1, slots: 2)
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        #expect(scheduler.die(1, begun: [1]) == [.end(run(1), .workerDied), .waitAgain(run(2))])
    }

    @Test func whoseOutputWasSeenFails() {
        var scheduler = batched()
        _ = scheduler.batch(1...3)
        scheduler.outputShown(run(2))
        #expect(
            scheduler.fail([1, 2, 3]) == [
                .end(run(2), .batchFailed), .startOver(run(1)), .startOver(run(3)), starts([1]),
            ])
    }

    @Test func whoseOutputWasSeenFailsWithTheWorker() {
        var scheduler = batched()
        _ = scheduler.batch(1...2)
        scheduler.outputShown(run(1))
        #expect(scheduler.die(1, begun: [1, 2]) == [.end(run(1), .workerDied), .startOver(run(2))])
    }

    @Test func unknownPredictionsOfAFailureAreLeftOut() {
        var scheduler = batched()
        _ = scheduler.batch(1...2)
        _ = scheduler.come(3)
        #expect(scheduler.fail([7, 3]) == [])
        #expect(scheduler.waitingCount == 1)
    }

    @Test func partsHaveNoQueueTimeout() {
        var scheduler = batched { $0.queueTimeout = .seconds(5) }
        _ = scheduler.batch(1...2)
        _ = scheduler.fail([1, 2])
        #expect(scheduler.deadlinePassed(at: .seconds(100)) == [])
        #expect(scheduler.free(1) == [starts([2])])
    }
}

/// Cancels and time limits.
@Suite struct BatchCancels {
    @Test func whoGathersIsOverAtOnce() {
        var scheduler = batched()
        _ = scheduler.come(1)
        _ = scheduler.come(2)
        _ = scheduler.arrived(run(3), at: .zero)
        #expect(scheduler.cancel(2) == [.end(run(2), .canceled)])
        #expect(scheduler.cancel(3) == [.end(run(3), .canceled)])
        #expect(scheduler.waitingCount == 0)
        #expect(scheduler.free(1) == [])
    }

    @Test func oneOfSeveralIsDropped() {
        var scheduler = batched()
        _ = scheduler.batch(1...2)
        #expect(scheduler.cancel(1) == [.interrupt(run(1), .canceled), .drop(run(1))])
        #expect(scheduler.nextDeadline == nil)
        _ = scheduler.come(3)
        #expect(scheduler.free(1) == [])
        #expect(scheduler.free(2) == [starts([3])])
    }

    @Test func lastOneIsInterruptedAndHasAGrace() {
        var scheduler = batched { $0.cancelGrace = .seconds(30) }
        _ = scheduler.batch(1...2)
        _ = scheduler.cancel(1)
        #expect(scheduler.cancel(2) == [.interrupt(run(2), .canceled)])
        #expect(scheduler.cancel(2) == [.interrupt(run(2), .canceled)])
        #expect(scheduler.nextDeadline == .seconds(30))
        #expect(scheduler.deadlinePassed(at: .seconds(30)) == [.replace(worker(1), ignoring: .canceled)])
        #expect(scheduler.die(1, begun: [1, 2]) == [.end(run(1), .canceled), .end(run(2), .canceled)])
    }

    @Test func droppedOneHasAGraceOnceItIsAlone() {
        var scheduler = batched { $0.cancelGrace = .seconds(30) }
        _ = scheduler.batch(1...3)
        _ = scheduler.cancel(1)
        _ = scheduler.modelFinished(run(2), at: .zero)
        #expect(scheduler.nextDeadline == nil)
        _ = scheduler.free(3)
        #expect(scheduler.nextDeadline == .seconds(30))
        #expect(scheduler.deadlinePassed(at: .seconds(30)) == [.replace(worker(1), ignoring: .canceled)])
        #expect(scheduler.die(1, begun: [1]) == [.end(run(1), .canceled)])
    }

    @Test func loneOneIsInterrupted() {
        var scheduler = batched()
        _ = scheduler.come(1)
        #expect(scheduler.cancel(1) == [.interrupt(run(1), .canceled)])
    }

    @Test func droppedOneIsOverWhenItsBatchFails() {
        var scheduler = batched()
        _ = scheduler.batch(1...3)
        _ = scheduler.cancel(2)
        #expect(
            scheduler.fail([1, 2, 3]) == [.end(run(2), .canceled), .startOver(run(1)), .startOver(run(3)), starts([1])])
    }

    @Test func whoWaitsToRunAgain() {
        var scheduler = batched()
        _ = scheduler.batch(1...4)
        _ = scheduler.fail([1, 2, 3, 4])
        #expect(scheduler.cancel(3) == [.end(run(3), .canceled)])
        _ = scheduler.free(1)
        #expect(scheduler.free(2) == [starts([4])])
    }

    @Test func timeLimitIsThatOfTheWholeBatch() {
        var scheduler = batched {
            $0.predictionTimeout = .seconds(10)
            $0.cancelGrace = .seconds(2)
        }
        _ = scheduler.batch(1...2)
        #expect(scheduler.nextDeadline == .seconds(10))
        let interrupts = [1, 2].map { Action.interrupt(run($0), .timedOut) }
        #expect(scheduler.deadlinePassed(at: .seconds(10)) == interrupts)
        #expect(scheduler.deadlinePassed(at: .seconds(12)) == [.replace(worker(1), ignoring: .timedOut)])
        #expect(scheduler.die(1, begun: [1, 2]) == [.end(run(1), .timedOut), .end(run(2), .timedOut)])
    }

    @Test func timeLimitBeginsAgainWithEachCall() {
        var scheduler = batched { $0.predictionTimeout = .seconds(10) }
        _ = scheduler.batch(1...2)
        _ = scheduler.batchFailed([run(1), run(2)], at: .seconds(4))
        #expect(scheduler.deadlinePassed(at: .seconds(10)) == [])
        #expect(scheduler.deadlinePassed(at: .seconds(14)) == [.interrupt(run(1), .timedOut)])
    }
}

/// Workers whose end is certain.
@Suite struct EndingBatchWorkers {
    @Test func getNoBatch() {
        var scheduler = batched(size: 2, workers: 1)
        scheduler.workerEnding(worker(1))
        for index in 1...4 { #expect(scheduler.come(index) == []) }
        #expect(scheduler.arrived(run(5), at: .zero) == .refuse(.busy))
        #expect(scheduler.die(1, begun: []) == [])
        #expect(scheduler.ready(2, size: 2) == [starts([1, 2], on: 2)])
    }
}
