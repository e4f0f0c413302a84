import Predictions
import Serving
import Testing
import Workers

/// Random walks: whatever happens in whatever order, no slot is lost or given twice, and every prediction ends once.
@Suite struct SchedulerWalks {
    @Test(arguments: 1...40)
    func invariants(seed: Int) {
        var walk = Walk(seed: UInt64(seed))
        for _ in 0..<400 { walk.step() }
        walk.finish()
    }
}

/// A model of what the caller of a scheduler sees.
private struct Walk {
    private var random: SplitMix
    private var scheduler: Scheduler
    private var now = Duration.zero
    private var slots: Int
    private let workerCount: Int
    private var nextWorker = 0
    private var ready: [WorkerID: Set<RunID>] = [:]
    private var retired: Set<WorkerID> = []
    private var ending: Set<WorkerID> = []
    private var waiting: Set<RunID> = []
    private var finishing: Set<RunID> = []
    private var ended: Set<RunID> = []
    private var nextRun = 0
    private var unused: [RunID] = []

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        workerCount = random.below(4) + 1
        slots = random.below(4) + 1
        var limits = Scheduler.Limits()
        limits.queueLimit = random.below(6)
        if random.below(2) == 0 { limits.queueTimeout = .seconds(5) }
        if random.below(2) == 0 { limits.predictionTimeout = .seconds(7) }
        limits.cancelGrace = .seconds(3)
        scheduler = Scheduler(limits: limits)
        perform(scheduler.workersExpected(workerCount))
    }

    mutating func step() {
        now += .milliseconds(random.below(1500))
        switch random.below(12) {
        case 0, 1, 2, 3: arrive()
        case 4, 5: if let run = someRun(onWorkers: true) { end(run) }
        case 6: if let run = someRun(onWorkers: false) { perform(scheduler.canceled(run, at: now)) }
        case 7: if ready.count < workerCount { startWorker() }
        case 8: if random.below(3) == 0 { killWorker() }
        case 9: perform(scheduler.deadlinePassed(at: now))
        case 10:
            if random.below(4) == 0, let worker = someWorker() { perform(scheduler.workerRetiring(worker)) }
            if random.below(4) == 0, let worker = someWorker() {
                scheduler.workerEnding(worker)
                ending.insert(worker)
            }
        default:
            if let run = someRun(onWorkers: true) {
                perform(scheduler.modelFinished(run, at: now))
                finishing.insert(run)
            }
        }
        check()
    }

    /// Everything that is still there ends, and all slots are free.
    mutating func finish() {
        for worker in retired.union(ready.keys) { if ready[worker] != nil { die(worker) } }
        for _ in 0..<workerCount { startWorker() }
        for _ in 0..<10_000 {
            guard let run = someRun(onWorkers: true) else { break }
            end(run)
            check()
        }
        for run in Array(finishing) where !ended.contains(run) { end(run) }
        perform(scheduler.workersExpected(0))
        #expect(waiting.isEmpty)
        #expect(scheduler.takenSlots == 0)
        #expect(scheduler.waitingCount == 0)
    }

    // MARK: - Happenings

    private mutating func arrive() {
        let run: RunID
        if let old = unused.popLast() {
            run = RunID(index: old.index, generation: old.generation + 1)
        } else {
            run = RunID(index: nextRun)
            nextRun += 1
        }
        let refusal = scheduler.refusal
        switch scheduler.arrived(run, at: now) {
        case .start(let worker):
            #expect(refusal == nil)
            take(worker, run)
        case .wait:
            #expect(refusal == nil)
            waiting.insert(run)
        case .prepare: Issue.record("the model is not batched")
        case .refuse(let reason):
            #expect(refusal == reason)
            unused.append(run)
        }
    }

    private mutating func end(_ run: RunID) {
        over(run)
        perform(scheduler.freed(run, at: now))
    }

    private mutating func startWorker() {
        nextWorker += 1
        let worker = WorkerID(nextWorker)
        ready[worker] = []
        perform(scheduler.workerReady(worker, slots: slots, at: now))
    }

    private mutating func killWorker() {
        if let worker = someWorker() { die(worker) }
    }

    private mutating func die(_ worker: WorkerID) {
        let runs = (ready[worker] ?? []).subtracting(finishing)
        let begun = runs.filter { _ in random.below(2) == 0 }
        ready[worker] = nil
        retired.remove(worker)
        ending.remove(worker)
        perform(scheduler.workerDied(worker, begun: begun, at: now))
    }

    // MARK: - The caller's part

    private mutating func perform(_ actions: [Scheduler.Action]) {
        for action in actions {
            switch action {
            case .start(let run, let worker):
                #expect(waiting.remove(run) != nil, "only who waits is started")
                take(worker, run)
            case .waitAgain(let run):
                #expect(!waiting.contains(run) && !ended.contains(run))
                waiting.insert(run)
            case .interrupt(let run, _):
                // Half of the models stop immediately.
                if random.below(2) == 0, !ended.contains(run) { end(run) }
            case .end(let run, _): over(run)
            case .startBatch, .startOver, .drop: Issue.record("the model is not batched")
            case .replace(let worker, _): if ready[worker] != nil { die(worker) }
            case .retire(let worker):
                #expect(ready[worker]?.isEmpty == true, "a worker is retired when it has nothing to do")
                #expect(retired.insert(worker).inserted, "a worker is retired once")
                if random.below(2) == 0 { die(worker) }
            }
        }
    }

    private mutating func take(_ worker: WorkerID, _ run: RunID) {
        #expect(!retired.contains(worker) && !ending.contains(worker), "a worker that goes gets nothing")
        #expect(ready[worker] != nil, "only a ready worker gets something")
        #expect(ready[worker, default: []].insert(run).inserted)
        #expect(ready[worker, default: []].count <= slots, "a slot is given once")
    }

    private mutating func over(_ run: RunID) {
        #expect(ended.insert(run).inserted, "a prediction ends once")
        waiting.remove(run)
        finishing.remove(run)
        for worker in ready.keys { ready[worker]?.remove(run) }
        unused.append(run)
    }

    private func check() {
        #expect(scheduler.waitingCount == waiting.count)
        for (worker, runs) in ready where !retired.contains(worker) {
            #expect(scheduler.takenSlots(of: worker) == runs.count)
        }
        if let deadline = scheduler.nextDeadline { #expect(deadline >= .zero) }
        // Nobody waits while a slot is free.
        #expect(waiting.isEmpty || scheduler.freeSlots == 0)
    }

    private mutating func someRun(onWorkers: Bool) -> RunID? {
        var runs = ready.values.flatMap { $0 }
        if !onWorkers { runs += waiting }
        runs.sort { $0.index < $1.index }
        return runs.isEmpty ? nil : runs[random.below(runs.count)]
    }

    private mutating func someWorker() -> WorkerID? {
        let workers = ready.keys.sorted()
        return workers.isEmpty ? nil : workers[random.below(workers.count)]
    }
}

/// A generator that makes the same walk again (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
