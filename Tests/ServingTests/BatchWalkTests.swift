import Predictions
import Serving
import Testing
import Workers

/// Random walks with a batched model: whatever happens in whatever order, no slot is lost or given twice, no batch is
/// too large, every prediction ends once, and predictions that can't be to blame don't fail.
@Suite struct BatchWalks {
    @Test(arguments: 1...60)
    func invariants(seed: Int) {
        var walk = Walk(seed: UInt64(seed))
        for _ in 0..<400 { walk.step() }
        walk.finish()
    }
}

/// A model of what the caller of a scheduler sees.
private struct Walk {
    /// A call of the model.
    private struct Call {
        let worker: WorkerID
        let size: Int
        var runs: Set<RunID>
    }

    private var random: SplitMix
    private var scheduler: Scheduler
    private var now = Duration.zero
    private let size: Int
    private let slots: Int
    private let workerCount: Int
    private var nextWorker = 0
    private var ready: Set<WorkerID> = []
    private var retired: Set<WorkerID> = []
    private var ending: Set<WorkerID> = []
    private var calls: [Call] = []
    private var preparing: Set<RunID> = []
    private var waiting: Set<RunID> = []
    private var uploading: Set<RunID> = []
    private var dropped: Set<RunID> = []
    private var shown: Set<RunID> = []
    private var ended: Set<RunID> = []
    private var nextRun = 0

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        workerCount = random.below(3) + 1
        slots = random.below(2) + 1
        size = random.below(8) + 1
        var limits = Scheduler.Limits()
        limits.queueLimit = random.below(6)
        if random.below(2) == 0 { limits.queueTimeout = .seconds(5) }
        if random.below(2) == 0 { limits.predictionTimeout = .seconds(7) }
        limits.cancelGrace = .seconds(3)
        scheduler = Scheduler(limits: limits)
        perform(scheduler.workersExpected(workerCount))
        startWorker()
    }

    mutating func step() {
        now += .milliseconds(random.below(900))
        switch random.below(16) {
        case 0...4: arrive()
        case 5, 6: if let run = pick(preparing) { prepared(run) }
        case 7, 8, 9: if let run = pick(running) { end(run) }
        case 10: if let run = pick(running.union(waiting).union(preparing).subtracting(dropped)) { cancel(run) }
        case 11:
            if ready.count < workerCount { startWorker() }
            if random.below(3) == 0, let worker = pick(ready) { die(worker) }
        case 12: fail()
        case 13: perform(scheduler.deadlinePassed(at: now))
        case 14:
            if let run = pick(running) {
                scheduler.outputShown(run)
                shown.insert(run)
            }
            perform(scheduler.clientGone(random.below(5), at: now))
        default:
            if random.below(4) == 0, let worker = pick(ready) { perform(scheduler.workerRetiring(worker)) }
            if random.below(6) == 0, let worker = pick(ready) {
                scheduler.workerEnding(worker)
                ending.insert(worker)
            }
            if let run = pick(running), !dropped.contains(run) {
                leaveCall(run)
                uploading.insert(run)
                perform(scheduler.modelFinished(run, at: now))
            }
        }
        check()
    }

    /// Everything that is still there ends, and all slots are free.
    mutating func finish() {
        for worker in ready.sorted() { die(worker) }
        for run in preparing { prepared(run) }
        for _ in 0..<10_000 where !calls.isEmpty || !waiting.isEmpty {
            now += .seconds(1)
            while ready.subtracting(retired).count < workerCount { startWorker() }
            perform(scheduler.deadlinePassed(at: now))
            if let run = pick(running) { end(run) }
            check()
        }
        for run in uploading { end(run) }
        #expect(waiting.isEmpty && calls.isEmpty)
        #expect(scheduler.takenSlots == 0)
        #expect(scheduler.waitingCount == 0)
        #expect(ended.count == nextRun)
    }

    // MARK: - Happenings

    private var running: Set<RunID> { calls.reduce(into: []) { $0.formUnion($1.runs) } }

    private mutating func arrive() {
        let run = RunID(index: nextRun)
        let refusal = scheduler.refusal
        switch scheduler.arrived(run, from: random.below(3) == 0 ? nil : random.below(5), at: now) {
        case .prepare:
            #expect(refusal == nil)
            nextRun += 1
            preparing.insert(run)
            if random.below(3) > 0 { prepared(run) }
        case .refuse(let reason): #expect(refusal == reason)
        case .start, .wait: Issue.record("the model is batched")
        }
    }

    private mutating func prepared(_ run: RunID) {
        guard preparing.remove(run) != nil else { return }
        waiting.insert(run)
        perform(scheduler.prepared(run, at: now))
    }

    private mutating func end(_ run: RunID) {
        over(run)
        perform(scheduler.freed(run, at: now))
    }

    private mutating func cancel(_ run: RunID) {
        perform(scheduler.canceled(run, at: now))
    }

    /// A call raises; some of its predictions have ended before.
    private mutating func fail() {
        guard let call = calls.filter({ $0.size > 1 }).randomElement(using: &random) else { return }
        let runs = call.runs.sorted { $0.index < $1.index }
        perform(scheduler.batchFailed(runs, at: now), failed: call)
    }

    private mutating func startWorker() {
        nextWorker += 1
        let worker = WorkerID(nextWorker)
        ready.insert(worker)
        let batching = Batching(size: size, wait: .milliseconds(500))
        perform(scheduler.workerReady(worker, slots: slots, batching: batching, at: now))
    }

    private mutating func die(_ worker: WorkerID) {
        let own = calls.filter { $0.worker == worker }
        // A batch is begun as a whole.
        let begun = own.filter { _ in random.below(2) == 0 }.reduce(into: Set<RunID>()) { $0.formUnion($1.runs) }
        ready.remove(worker)
        retired.remove(worker)
        ending.remove(worker)
        let lost = Call(worker: worker, size: own.map(\.size).max() ?? 0, runs: [])
        perform(scheduler.workerDied(worker, begun: begun, at: now), failed: lost)
        #expect(!calls.contains { $0.worker == worker }, "nothing is left on a dead worker")
    }

    // MARK: - The caller's part

    private mutating func perform(_ actions: [Scheduler.Action], failed: Call? = nil) {
        for action in actions {
            switch action {
            case .startBatch(let runs, let worker): take(runs, worker)
            case .waitAgain(let run):
                leaveCall(run)
                #expect(!ended.contains(run) && waiting.insert(run).inserted)
            case .startOver(let run):
                leaveCall(run)
                #expect(!shown.contains(run), "what a client has seen can't be taken back")
                #expect(!dropped.contains(run), "nobody waits for it")
                #expect(!ended.contains(run) && waiting.insert(run).inserted)
            case .interrupt(let run, _):
                // Some models stop immediately if nobody waits for any part of their call.
                let call = calls.first { $0.runs.contains(run) }
                if let call, call.runs.isSubset(of: dropped.union([run])), random.below(2) == 0 {
                    for run in call.runs { end(run) }
                } else if uploading.contains(run) {
                    end(run)
                }
            case .drop(let run):
                #expect(dropped.insert(run).inserted, "each run is dropped once")
                #expect(calls.contains { $0.runs.contains(run) && $0.runs.count > 1 })
            case .end(let run, let ending):
                if ending == .batchFailed { #expect(shown.contains(run)) }
                if ending == .workerDied, let failed, failed.size > 1, size == 1 { Issue.record("it was not alone") }
                over(run)
            case .replace(let worker, _): if ready.contains(worker) { die(worker) }
            case .retire(let worker):
                #expect(!calls.contains { $0.worker == worker }, "a worker is retired when it has nothing to do")
                #expect(retired.insert(worker).inserted, "a worker is retired once")
                if random.below(2) == 0 { die(worker) }
            case .start: Issue.record("the model is batched")
            }
        }
    }

    private mutating func take(_ runs: [RunID], _ worker: WorkerID) {
        #expect(!runs.isEmpty && runs.count <= size, "a batch is not empty and not too large")
        #expect(Set(runs).count == runs.count)
        #expect(ready.contains(worker), "only a ready worker gets something")
        #expect(!retired.contains(worker) && !ending.contains(worker), "a worker that goes gets nothing")
        for run in runs { #expect(waiting.remove(run) != nil, "only who waits is started") }
        calls.append(Call(worker: worker, size: runs.count, runs: Set(runs)))
        #expect(calls.count { $0.worker == worker } <= slots, "a slot is given once")
    }

    private mutating func over(_ run: RunID) {
        #expect(ended.insert(run).inserted, "a prediction ends once")
        preparing.remove(run)
        waiting.remove(run)
        uploading.remove(run)
        leaveCall(run)
    }

    private mutating func leaveCall(_ run: RunID) {
        for index in calls.indices { calls[index].runs.remove(run) }
        calls.removeAll(where: \.runs.isEmpty)
    }

    private func check() {
        #expect(scheduler.waitingCount == waiting.count + preparing.count)
        #expect(scheduler.takenSlots == running.count)
        for worker in ready where !retired.contains(worker) {
            let own = calls.filter { $0.worker == worker }.reduce(0) { $0 + $1.runs.count }
            #expect(scheduler.takenSlots(of: worker) == own)
        }
        // A call that nobody waits for doesn't continue forever.
        if calls.contains(where: { $0.runs.isSubset(of: dropped) }) { #expect(scheduler.nextDeadline != nil) }
        // Nobody waits for ever while a slot is free.
        let isFree = ready.subtracting(ending).contains { worker in
            !retired.contains(worker) && !calls.contains { $0.worker == worker }
        }
        if isFree, !waiting.isEmpty { #expect(scheduler.nextDeadline != nil || !retired.isEmpty) }
    }

    private mutating func pick(_ runs: Set<RunID>) -> RunID? {
        runs.isEmpty ? nil : runs.sorted { $0.index < $1.index }[random.below(runs.count)]
    }

    private mutating func pick(_ workers: Set<WorkerID>) -> WorkerID? {
        workers.isEmpty ? nil : workers.sorted()[random.below(workers.count)]
    }
}

extension SplitMix: RandomNumberGenerator {}
