import Predictions
import Serving
import Testing
import Workers

typealias Action = Scheduler.Action

func run(_ index: Int) -> RunID { RunID(index: index) }
func worker(_ number: Int) -> WorkerID { WorkerID(number) }

/// A scheduler with this many ready workers, each with this many slots; a moment is a second.
func scheduler(
    workers: Int = 1, slots: Int = 1, queue: Int = 0, _ change: (inout Scheduler.Limits) -> Void = { _ in }
) -> Scheduler {
    var limits = Scheduler.Limits()
    limits.queueLimit = queue
    change(&limits)
    var scheduler = Scheduler(limits: limits)
    _ = scheduler.workersExpected(workers)
    for number in 0..<workers { _ = scheduler.workerReady(worker(number + 1), slots: slots, at: .zero) }
    return scheduler
}

extension Scheduler {
    /// The prediction arrives, at second 0 unless said otherwise.
    mutating func arrive(_ index: Int, at second: Int = 0) -> Arrival {
        arrived(run(index), at: .seconds(second))
    }

    mutating func free(_ index: Int, at second: Int = 0) -> [Action] {
        freed(run(index), at: .seconds(second))
    }
}

/// Who gets which slot.
@Suite struct Placement {
    @Test func mostFreeSlots() {
        var scheduler = scheduler(workers: 2, slots: 3)
        #expect(scheduler.arrive(1) == .start(on: worker(1)))
        #expect(scheduler.arrive(2) == .start(on: worker(2)))
        #expect(scheduler.arrive(3) == .start(on: worker(1)))
        #expect(scheduler.free(2) == [])
        #expect(scheduler.arrive(4) == .start(on: worker(2)))
        #expect(scheduler.arrive(5) == .start(on: worker(2)))
    }

    @Test func idleLongestAmongEquals() {
        var scheduler = scheduler(workers: 3)
        for index in 1...3 { _ = scheduler.arrive(index) }
        _ = scheduler.free(2)
        _ = scheduler.free(3)
        _ = scheduler.free(1)
        #expect(scheduler.arrive(4) == .start(on: worker(2)))
        #expect(scheduler.arrive(5) == .start(on: worker(3)))
        #expect(scheduler.arrive(6) == .start(on: worker(1)))
    }

    @Test func workerThatNeverWorkedComesFirst() {
        var scheduler = scheduler(workers: 2)
        _ = scheduler.arrive(1)
        _ = scheduler.free(1)
        #expect(scheduler.arrive(2) == .start(on: worker(2)))
    }

    @Test(arguments: 1...20)
    func everySlotIsGivenOnce(slots: Int) {
        var scheduler = scheduler(workers: 3, slots: slots)
        var counts: [WorkerID: Int] = [:]
        for index in 0..<3 * slots {
            guard case .start(let worker) = scheduler.arrive(index) else {
                Issue.record("no slot")
                return
            }
            counts[worker, default: 0] += 1
        }
        #expect(Array(counts.values) == [slots, slots, slots])
        #expect(scheduler.arrive(3 * slots) == .refuse(.busy))
        #expect(scheduler.freeSlots == 0)
        #expect(scheduler.takenSlots == 3 * slots)
    }

    @Test func indexIsUsedAgain() {
        var scheduler = scheduler()
        #expect(scheduler.arrived(RunID(index: 0, generation: 0), at: .zero) == .start(on: worker(1)))
        _ = scheduler.freed(RunID(index: 0, generation: 0), at: .zero)
        #expect(scheduler.arrived(RunID(index: 0, generation: 1), at: .zero) == .start(on: worker(1)))
        // Reports about the previous one don't matter any more.
        #expect(scheduler.freed(RunID(index: 0, generation: 0), at: .zero) == [])
        #expect(scheduler.takenSlots == 1)
    }

    @Test func slotsOfAWorkerAreCounted() {
        var scheduler = scheduler(workers: 2, slots: 2)
        for index in 1...3 { _ = scheduler.arrive(index) }
        #expect(scheduler.takenSlots(of: worker(1)) == 2)
        #expect(scheduler.takenSlots(of: worker(2)) == 1)
        #expect(scheduler.takenSlots(of: worker(9)) == 0)
    }
}

/// Predictions that wait.
@Suite struct Waiting {
    @Test(arguments: 0...10)
    func asManyAsTheLimit(limit: Int) {
        var scheduler = scheduler(queue: limit)
        #expect(scheduler.arrive(0) == .start(on: worker(1)))
        for index in 0..<limit { #expect(scheduler.arrive(index + 1) == .wait) }
        #expect(scheduler.refusal == .busy)
        #expect(scheduler.arrive(99) == .refuse(.busy))
        #expect(scheduler.waitingCount == limit)
    }

    @Test func inTheirOrder() {
        var scheduler = scheduler(queue: 9)
        for index in 0...4 { _ = scheduler.arrive(index) }
        for index in 0..<4 { #expect(scheduler.free(index) == [.start(run(index + 1), on: worker(1))]) }
        #expect(scheduler.free(4) == [])
    }

    @Test func newcomerDoesNotOvertake() {
        var scheduler = scheduler(workers: 2, queue: 2)
        for index in 0...2 { _ = scheduler.arrive(index) }
        _ = scheduler.workerRetiring(worker(1))
        #expect(scheduler.free(1) == [.start(run(2), on: worker(2))])
        #expect(scheduler.arrive(3) == .wait)
    }

    @Test func refusedOneIsForgotten() {
        var scheduler = scheduler()
        _ = scheduler.arrive(0)
        #expect(scheduler.arrive(1) == .refuse(.busy))
        #expect(scheduler.free(1) == [])
        #expect(scheduler.canceled(run(1), at: .zero) == [])
        #expect(scheduler.free(0) == [])
        #expect(scheduler.arrive(1) == .start(on: worker(1)))
    }

    @Test(arguments: 0...5)
    func canceledOneTakesNoSlot(canceled: Int) {
        var scheduler = scheduler(queue: 9)
        for index in 0...6 { _ = scheduler.arrive(index) }
        let waiting = canceled + 1
        #expect(scheduler.canceled(run(waiting), at: .zero) == [.end(run(waiting), .canceled)])
        #expect(scheduler.waitingCount == 5)
        var started: [Int] = []
        var last = 0
        while case .start(let next, _)? = scheduler.free(last).first {
            started.append(next.index)
            last = next.index
        }
        #expect(started == (1...6).filter { $0 != waiting })
    }

    @Test func longLineKeepsItsOrder() {
        var scheduler = scheduler(queue: 1000)
        for index in 0...1000 { #expect(scheduler.arrive(index) != .refuse(.busy)) }
        for index in 0..<1000 { #expect(scheduler.free(index) == [.start(run(index + 1), on: worker(1))]) }
    }

    @Test func newWorkerTakesThoseWhoWait() {
        var scheduler = scheduler(workers: 1, queue: 3)
        for index in 0...3 { _ = scheduler.arrive(index) }
        #expect(
            scheduler.workerReady(worker(2), slots: 2, at: .zero) == [
                .start(run(1), on: worker(2)), .start(run(2), on: worker(2)),
            ])
    }
}

/// What a worker's death costs.
@Suite struct Deaths {
    @Test func onlyWhatItHadBegun() {
        var scheduler = scheduler(workers: 2, slots: 2)
        for index in 1...4 { _ = scheduler.arrive(index) }
        // 1 and 3 are on worker 1; it has begun 1.
        #expect(
            scheduler.workerDied(worker(1), begun: [run(1)], at: .zero) == [
                .end(run(1), .workerDied), .waitAgain(run(3)),
            ])
        #expect(scheduler.takenSlots == 2)
        #expect(scheduler.waitingCount == 1)
    }

    @Test func unbegunOnesComeBeforeThoseWhoWaited() {
        var scheduler = scheduler(slots: 3, queue: 3)
        for index in 1...5 { _ = scheduler.arrive(index) }
        let actions = scheduler.workerDied(worker(1), begun: [run(1)], at: .zero)
        #expect(actions == [.end(run(1), .workerDied), .waitAgain(run(2)), .waitAgain(run(3))])
        #expect(
            scheduler.workerReady(worker(2), slots: 3, at: .zero) == [
                .start(run(2), on: worker(2)), .start(run(3), on: worker(2)), .start(run(4), on: worker(2)),
            ])
        #expect(scheduler.free(2) == [.start(run(5), on: worker(2))])
    }

    @Test func unbegunOnesKeepTheOrderOfTheirArrival() {
        var scheduler = scheduler(slots: 3)
        for index in [3, 1, 2] { _ = scheduler.arrive(index) }
        #expect(
            scheduler.workerDied(worker(1), begun: [], at: .zero) == [
                .waitAgain(run(3)), .waitAgain(run(1)), .waitAgain(run(2)),
            ])
    }

    @Test func anotherWorkerTakesThemAtOnce() {
        var scheduler = scheduler(workers: 2, slots: 2)
        _ = scheduler.arrive(1)
        #expect(
            scheduler.workerDied(worker(1), begun: [], at: .zero) == [
                .waitAgain(run(1)), .start(run(1), on: worker(2)),
            ])
    }

    @Test func predictionThatKillsBeforeItBeginsIsGivenUp() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        for life in 1..<Scheduler.lossLimit {
            #expect(scheduler.workerDied(worker(life), begun: [], at: .zero) == [.waitAgain(run(1))])
            _ = scheduler.workerReady(worker(life + 1), slots: 1, at: .zero)
        }
        #expect(
            scheduler.workerDied(worker(Scheduler.lossLimit), begun: [], at: .zero) == [.end(run(1), .workerDied)])
    }

    @Test func canceledOneIsNotRunAgain() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        #expect(scheduler.canceled(run(1), at: .zero) == [.interrupt(run(1), .canceled)])
        #expect(scheduler.workerDied(worker(1), begun: [], at: .zero) == [.end(run(1), .canceled)])
    }

    @Test func timedOutOneIsNotACrash() {
        var scheduler = scheduler { $0.predictionTimeout = .seconds(3) }
        _ = scheduler.arrive(1)
        #expect(scheduler.deadlinePassed(at: .seconds(3)) == [.interrupt(run(1), .timedOut)])
        #expect(scheduler.workerDied(worker(1), begun: [run(1)], at: .seconds(4)) == [.end(run(1), .timedOut)])
    }

    @Test func uploadsGoOnWithoutTheWorker() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        #expect(scheduler.modelFinished(run(1), at: .zero) == [])
        #expect(scheduler.workerDied(worker(1), begun: [], at: .zero) == [])
        _ = scheduler.workerReady(worker(2), slots: 1, at: .zero)
        // Its slot went with its worker, and can't be given back to the new one.
        #expect(scheduler.arrive(2) == .start(on: worker(2)))
        #expect(scheduler.free(1) == [])
        #expect(scheduler.takenSlots == 1)
        #expect(scheduler.free(2) == [])
        #expect(scheduler.takenSlots == 0)
    }

    @Test func deathOfAStranger() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        #expect(scheduler.workerDied(worker(7), begun: [run(1)], at: .zero) == [])
        #expect(scheduler.takenSlots == 1)
    }

    @Test func workerIsReadyOnce() {
        var scheduler = scheduler(workers: 1, slots: 2)
        _ = scheduler.workerReady(worker(1), slots: 2, at: .zero)
        #expect(scheduler.freeSlots == 2)
    }

    @Test(arguments: [(1, 0, 1), (1, 5, 5), (4, 0, 4), (4, 2, 4), (4, 9, 9)])
    func asManyWaitAsTheMissingWorkerHasSlots(slots: Int, queue: Int, allowed: Int) {
        var scheduler = scheduler(slots: slots, queue: queue)
        _ = scheduler.workerDied(worker(1), begun: [], at: .zero)
        for index in 0..<allowed { #expect(scheduler.arrive(index) == .wait) }
        #expect(scheduler.arrive(allowed) == .refuse(.busy))
    }

    @Test func livingWorkersAreUsedWhileOneIsMissing() {
        var scheduler = scheduler(workers: 2)
        _ = scheduler.workerDied(worker(1), begun: [], at: .zero)
        #expect(scheduler.arrive(1) == .start(on: worker(2)))
        #expect(scheduler.arrive(2) == .wait)
        #expect(scheduler.arrive(3) == .refuse(.busy))
        #expect(scheduler.workerReady(worker(3), slots: 1, at: .zero) == [.start(run(2), on: worker(3))])
        #expect(scheduler.refusal == .busy)
    }

    @Test func withoutAnyHopeAllAreRefused() {
        var scheduler = scheduler(queue: 5)
        _ = scheduler.workerDied(worker(1), begun: [], at: .zero)
        for index in 1...2 { _ = scheduler.arrive(index) }
        #expect(scheduler.workersExpected(0) == [.end(run(1), .noWorkers), .end(run(2), .noWorkers)])
        #expect(scheduler.arrive(3) == .refuse(.noWorkers))
        _ = scheduler.workersExpected(1)
        #expect(scheduler.arrive(3) == .wait)
    }

    @Test func beforeTheFirstWorker() {
        var scheduler = Scheduler(limits: Scheduler.Limits())
        #expect(scheduler.refusal == .noWorkers)
        _ = scheduler.workersExpected(2)
        #expect(scheduler.refusal == nil)
    }
}

/// Cancels, and models that ignore them.
@Suite struct Cancels {
    @Test func everyCancelIsPassedOn() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        for _ in 0..<3 { #expect(scheduler.canceled(run(1), at: .zero) == [.interrupt(run(1), .canceled)]) }
    }

    @Test func graceIsNotProlongedByFurtherCancels() {
        var scheduler = scheduler { $0.cancelGrace = .seconds(5) }
        _ = scheduler.arrive(1)
        _ = scheduler.canceled(run(1), at: .zero)
        _ = scheduler.canceled(run(1), at: .seconds(4))
        #expect(scheduler.nextDeadline == .seconds(5))
        #expect(scheduler.deadlinePassed(at: .seconds(5)) == [.replace(worker(1), ignoring: .canceled)])
        #expect(scheduler.nextDeadline == nil)
    }

    @Test func modelThatStopsInTimeKeepsItsWorker() {
        var scheduler = scheduler { $0.cancelGrace = .seconds(5) }
        _ = scheduler.arrive(1)
        _ = scheduler.canceled(run(1), at: .zero)
        _ = scheduler.free(1, at: 4)
        #expect(scheduler.deadlinePassed(at: .seconds(9)) == [])
    }

    @Test func workerIsReplacedOnce() {
        var scheduler = scheduler(slots: 3) { $0.cancelGrace = .seconds(5) }
        for index in 1...3 {
            _ = scheduler.arrive(index)
            _ = scheduler.canceled(run(index), at: .zero)
        }
        #expect(scheduler.deadlinePassed(at: .seconds(5)) == [.replace(worker(1), ignoring: .canceled)])
    }

    @Test func cancelOfTheUnknown() {
        var scheduler = scheduler()
        #expect(scheduler.canceled(run(1), at: .zero) == [])
        _ = scheduler.arrive(1)
        _ = scheduler.free(1)
        #expect(scheduler.canceled(run(1), at: .zero) == [])
    }

    @Test func cancelAfterTheTimeLimitWins() {
        var scheduler = scheduler { $0.predictionTimeout = .seconds(1) }
        _ = scheduler.arrive(1)
        _ = scheduler.deadlinePassed(at: .seconds(1))
        #expect(scheduler.canceled(run(1), at: .seconds(2)) == [.interrupt(run(1), .canceled)])
        #expect(scheduler.workerDied(worker(1), begun: [run(1)], at: .seconds(3)) == [.end(run(1), .canceled)])
    }
}

/// Limits of time.
@Suite struct Deadlines {
    @Test func noneWithoutLimits() {
        var scheduler = scheduler(queue: 2)
        for index in 0...2 { _ = scheduler.arrive(index) }
        #expect(scheduler.nextDeadline == nil)
        #expect(scheduler.deadlinePassed(at: .seconds(1_000_000)) == [])
    }

    @Test func waitingTooLong() {
        var scheduler = scheduler(queue: 3) { $0.queueTimeout = .seconds(10) }
        _ = scheduler.arrive(0)
        _ = scheduler.arrive(1, at: 1)
        _ = scheduler.arrive(2, at: 2)
        #expect(scheduler.nextDeadline == .seconds(11))
        #expect(scheduler.deadlinePassed(at: .seconds(10)) == [])
        #expect(scheduler.deadlinePassed(at: .seconds(11)) == [.end(run(1), .waitedTooLong)])
        #expect(scheduler.nextDeadline == .seconds(12))
        #expect(scheduler.free(0, at: 11) == [.start(run(2), on: worker(1))])
        #expect(scheduler.deadlinePassed(at: .seconds(12)) == [])
        #expect(scheduler.nextDeadline == nil)
    }

    @Test func waitIsNoPartOfThePredictionsTime() {
        var scheduler = scheduler(queue: 1) { $0.predictionTimeout = .seconds(10) }
        _ = scheduler.arrive(0)
        _ = scheduler.arrive(1)
        _ = scheduler.free(0, at: 8)
        #expect(scheduler.deadlinePassed(at: .seconds(17)) == [])
        #expect(scheduler.deadlinePassed(at: .seconds(18)) == [.interrupt(run(1), .timedOut)])
    }

    @Test func timedOutModelGetsTheGraceThenItsWorkerIsReplaced() {
        var scheduler = scheduler {
            $0.predictionTimeout = .seconds(10)
            $0.cancelGrace = .seconds(3)
        }
        _ = scheduler.arrive(1)
        #expect(scheduler.deadlinePassed(at: .seconds(10)) == [.interrupt(run(1), .timedOut)])
        #expect(scheduler.nextDeadline == .seconds(13))
        #expect(scheduler.deadlinePassed(at: .seconds(13)) == [.replace(worker(1), ignoring: .timedOut)])
    }

    @Test func newWorkerMeansNewTime() {
        var scheduler = scheduler { $0.predictionTimeout = .seconds(10) }
        _ = scheduler.arrive(1)
        _ = scheduler.workerDied(worker(1), begun: [], at: .seconds(9))
        _ = scheduler.workerReady(worker(2), slots: 1, at: .seconds(9))
        #expect(scheduler.deadlinePassed(at: .seconds(18)) == [])
        #expect(scheduler.deadlinePassed(at: .seconds(19)) == [.interrupt(run(1), .timedOut)])
    }

    @Test(arguments: 1...10)
    func manyAtOnce(count: Int) {
        var scheduler = scheduler(slots: count) { $0.predictionTimeout = .seconds(1) }
        for index in 0..<count { _ = scheduler.arrive(index) }
        let actions = scheduler.deadlinePassed(at: .seconds(1))
        #expect(actions == (0..<count).map { .interrupt(run($0), .timedOut) })
    }
}

/// Workers that are recycled.
@Suite struct Retiring {
    @Test func idleWorkerAtOnce() {
        var scheduler = scheduler(workers: 2)
        #expect(scheduler.workerRetiring(worker(1)) == [.retire(worker(1))])
        #expect(scheduler.workerRetiring(worker(1)) == [])
        #expect(scheduler.freeSlots == 1)
    }

    @Test func busyWorkerWhenItHasNothingToDo() {
        var scheduler = scheduler(slots: 2, queue: 0)
        for index in 1...2 { _ = scheduler.arrive(index) }
        #expect(scheduler.workerRetiring(worker(1)) == [])
        #expect(scheduler.free(1) == [])
        #expect(scheduler.free(2) == [.retire(worker(1))])
        #expect(scheduler.workerDied(worker(1), begun: [], at: .zero) == [])
    }

    @Test func nothingNewIsGivenToIt() {
        var scheduler = scheduler(slots: 2)
        _ = scheduler.arrive(1)
        _ = scheduler.workerRetiring(worker(1))
        #expect(scheduler.arrive(2) == .refuse(.busy))
    }

    @Test func requestsWaitForItsSuccessor() {
        var scheduler = scheduler(slots: 2)
        _ = scheduler.workerRetiring(worker(1))
        #expect(scheduler.arrive(1) == .wait)
        #expect(scheduler.arrive(2) == .wait)
        #expect(scheduler.arrive(3) == .refuse(.busy))
        #expect(scheduler.workerDied(worker(1), begun: [], at: .zero) == [])
        #expect(
            scheduler.workerReady(worker(2), slots: 2, at: .zero) == [
                .start(run(1), on: worker(2)), .start(run(2), on: worker(2)),
            ])
    }

    @Test func deathWhileItDrains() {
        var scheduler = scheduler()
        _ = scheduler.arrive(1)
        _ = scheduler.workerRetiring(worker(1))
        #expect(scheduler.workerDied(worker(1), begun: [run(1)], at: .zero) == [.end(run(1), .workerDied)])
    }
}

/// Workers whose end is certain.
@Suite struct EndingWorkers {
    @Test func getNothingMore() {
        var scheduler = scheduler(workers: 2, slots: 2)
        scheduler.workerEnding(worker(1))
        #expect(scheduler.freeSlots == 2)
        #expect(!scheduler.isServing(worker(1)))
        #expect(scheduler.arrived(run(1), at: .zero) == .start(on: worker(2)))
        #expect(scheduler.arrived(run(2), at: .zero) == .start(on: worker(2)))
    }

    /// As while it is missing: the next worker is coming.
    @Test func asManyWaitAsItHadSlots() {
        var scheduler = scheduler(slots: 2)
        _ = scheduler.arrived(run(1), at: .zero)
        scheduler.workerEnding(worker(1))
        for index in 2...3 { #expect(scheduler.arrived(run(index), at: .zero) == .wait) }
        #expect(scheduler.arrived(run(4), at: .zero) == .refuse(.busy))
        #expect(scheduler.workerDied(worker(1), begun: [run(1)], at: .zero) == [.end(run(1), .workerDied)])
        let starts = [2, 3].map { Scheduler.Action.start(run($0), on: worker(2)) }
        #expect(scheduler.workerReady(worker(2), slots: 2, at: .zero) == starts)
    }

    @Test func areNotRecycled() {
        var scheduler = scheduler()
        _ = scheduler.arrived(run(1), at: .zero)
        _ = scheduler.workerRetiring(worker(1))
        scheduler.workerEnding(worker(1))
        #expect(scheduler.freed(run(1), at: .zero) == [])
        #expect(scheduler.workerRetiring(worker(1)) == [])
        #expect(scheduler.workerDied(worker(1), begun: [], at: .zero) == [])
    }
}
