public import EventLoop
internal import Glibc
internal import JSON
public import Predictions
public import Telemetry

/// The pool of workers: starts them, supervises their setups, replaces them when they die, and passes on what they
/// report.
///
/// Carries out what its values decide: ``Lifecycle`` for each worker, ``Recycling`` for all of them. Bound to the loop.
public final class WorkerPool {
    /// How many descriptors the start of a worker needs temporarily: both ends of its channels and pipes, its memory,
    /// the watch on its end, and those for starting the process. The pool holds this many in reserve.
    public static let descriptorsToStart = 15
    /// How many of them stay open in this process while the worker lives.
    public static let descriptorsPerWorker = 6

    /// Receives the pool's events. Retained: a pool and its owner live as long as the server.
    public var delegate: (any WorkerPoolDelegate)?
    /// What the model reported when it was last ready; nil before that.
    public internal(set) var facts: ModelFacts?
    /// Counts since the start.
    public internal(set) var record = Record()

    let loop: EventLoop
    let settings: PoolSettings
    let supplies: Supplies
    /// The workers, then the places of processes that run no predictions.
    var seats: [Seat]
    var template: Template
    var recycling: Recycling
    private let health: HealthCheck
    /// The timer for all deadlines.
    private var timer: Timer?
    private var stopping = Stopping.no

    /// Counts about workers.
    public struct Record: Sendable {
        /// How many workers were started, and why they died.
        public internal(set) var deaths = DeathCounts()
        /// The durations of setups.
        public internal(set) var setups = SetupTimes()
    }

    private enum Stopping {
        case no, asked
        /// The owner was told that all workers have ended.
        case told
    }

    /// Makes a pool whose workers aren't started yet. `tracer` makes the spans of setups; nil if tracing is off.
    public init(on loop: EventLoop, settings: PoolSettings, folders: any WorkerFolders, tracer: Tracer? = nil) {
        self.loop = loop
        self.settings = settings
        supplies = Supplies(folders, tracer)
        seats = Seat.all(of: settings, at: Clock.wall)
        template = Template(settings.start, keepsStandby: settings.keepsStandby)
        recycling = Recycling(limits: settings.recycling)
        health = HealthCheck(on: loop)
    }

    // MARK: - Life

    /// Starts all workers.
    public func start() {
        for index in seats.indices { carryOut(seats[index].lifecycle.wanted(), index) }
        settle()
    }

    /// Ends all workers for good. Kills them if they take longer than `grace`, or immediately if that is zero. May be
    /// called again; the owner is notified each time.
    public func stop(within grace: Duration) {
        stopping = .asked
        if grace <= .zero {
            for seat in seats { seat.worker?.kill() }
        }
        for index in seats.indices where seats[index].role != .template {
            carryOut(seats[index].lifecycle.stopped(at: Clock.monotonic, within: grace), index)
        }
        settle()
    }

    /// Recycles a worker that is idle.
    public func retire(_ worker: WorkerID) {
        guard let index = index(of: worker) else { return }
        note(.info, "Recycling the worker", index)
        carryOut(seats[index].lifecycle.recycled(at: Clock.monotonic), index)
        settle()
    }

    /// Replaces a worker whose model ignores an interruption.
    public func replace(_ worker: WorkerID, ignoring interruption: Interruption) {
        guard let index = index(of: worker) else { return }
        let what = interruption == .canceled ? "the cancel" : "the time limit"
        note(.warning, "The model ignores \(what); its worker is replaced", index)
        end(index) { $0.ignored(interruption) }
    }

    // MARK: - Predictions

    /// Sends a prediction to a worker. If the worker is gone, this does nothing: its end is reported, or was.
    public func send(_ parts: PredictionParts, for run: RunID, to worker: WorkerID) {
        guard let index = index(of: worker), let process = seats[index].worker else { return }
        if !process.send(parts, for: run) { workerLost(process, "it has used up all tokens") }
    }

    /// Has one call of a worker's model answer the `count` predictions that it was sent last.
    public func beginBatch(_ count: Int, on worker: WorkerID) {
        index(of: worker).flatMap { seats[$0].worker }?.beginBatch(count)
    }

    /// Asks the model to stop a prediction.
    public func interrupt(_ run: RunID, on worker: WorkerID) {
        index(of: worker).flatMap { seats[$0].worker }?.interrupt(run)
    }

    /// Stops reading predictions until ``resume()``; workers that have more to send wait.
    public func pause() {
        for seat in seats { seat.worker?.pause() }
    }

    /// Resumes after ``pause()``.
    public func resume() {
        for seat in seats { seat.worker?.resume() }
    }

    /// Runs the model's own health check; `completion` gets nil if it is healthy, otherwise the problem.
    public func checkHealth(_ completion: @escaping (String?) -> Void) {
        health.ask(readyWorkers, completion)
    }

    /// The same for a probe: the check runs at most once a second, however many probes ask.
    public func checkHealthForProbe(_ completion: @escaping (String?) -> Void) {
        health.askForProbe(readyWorkers, completion)
    }

    private var readyWorkers: [Worker] {
        seats.filter { $0.role == .worker && $0.lifecycle.state == .ready }.compactMap(\.worker)
    }

    // MARK: - Carrying out

    /// Whether the server is about to exit.
    var isStopping: Bool {
        stopping != .no
    }

    func index(of worker: WorkerID) -> Int? {
        seats.firstIndex { $0.worker?.id == worker }
    }

    func carryOut(_ actions: [Lifecycle.Action], _ index: Int) {
        for action in actions {
            switch action {
            case .start: startWorker(index)
            case .finish: seats[index].worker?.finish()
            case .kill: seats[index].worker?.kill()
            }
        }
    }

    /// Call this after every change: sets the timer and reports the state of the pool as a whole.
    func settle() {
        // From now on, the next setup is shown.
        for index in seats.indices
        where seats[index].lifecycle.state != .ready && seats[index].setup.status == .succeeded {
            seats[index].setup = SetupRecord(at: Clock.wall)
        }
        delegate?.poolExpects(stopping != .no ? 0 : expectedWorkers)
        if isStopping { stopTemplateLast() }
        setTimer()
        if stopping == .asked, seats.allSatisfy({ $0.lifecycle.state == .stopped }) {
            stopping = .told
            timer?.stop()
            delegate?.poolStopped()
        }
    }

    func setTimer() {
        let deadlines = seats.compactMap(\.lifecycle.nextDeadline) + [template.nextDeadline].compactMap { $0 }
        guard stopping != .told, let deadline = deadlines.min() else {
            timer?.stop()
            return
        }
        do throws(EventLoopError) {
            if timer == nil { timer = try Timer(on: loop) { [weak self] in self?.deadlinePassed() } }
            timer?.start(after: max(.zero, deadline - Clock.monotonic))
        } catch {
            note(.error, "no timer for workers: \(error)")
        }
    }

    private func deadlinePassed() {
        let now = Clock.monotonic
        for index in seats.indices {
            let isSetup = seats[index].lifecycle.state == .settingUp
            let actions = seats[index].lifecycle.deadlinePassed(at: now)
            if isSetup, actions == [.kill] {
                let limit = settings.setupTimeout.map { "\($0)" } ?? ""
                note(.error, "worker setup timed out", index, [("timeout", limit)])
            }
            carryOut(actions, index)
        }
        if template.deadlinePassed(at: now) { templateIsStuck() }
        settle()
    }

    // MARK: - Starting

    /// The process of a seat has ended, or wasn't started.
    func died(_ index: Int, hadPredictions: Bool = false) {
        seats[index].temporaryFolders = []
        let now = Clock.monotonic
        let wasRecycled = seats[index].lifecycle.state == .ending(.recycled)
        let wasDefunct = seats[index].lifecycle.isDefunct
        let actions = seats[index].lifecycle.died(
            at: now, modelWorks: facts != nil, hadPredictions: hadPredictions)
        if seats[index].lifecycle.isDefunct { isDefunct(index, isNew: !wasDefunct) }
        let state = seats[index].lifecycle.state
        if !wasRecycled, state == .pausing || state == .settingUp {
            let pause = (seats[index].lifecycle.nextDeadline ?? now) - now
            note(.warning, "Starting the worker again", index, [("after", "\(pause)")])
        }
        carryOut(actions, index)
        settle()
    }

    private func isDefunct(_ index: Int, isNew: Bool) {
        let reason =
            "The worker has died \(seats[index].lifecycle.failures) times in a row before it was ready; "
            + "the next one starts in \(RestartPolicy.longestPause)"
        seats[index].failedSetup?.log(Array(reason.utf8))
        if isNew { note(.error, reason, index) }
    }

    /// A setup has failed in some way. It is shown until the next one has ended, because it explains the failure.
    func setupHasFailed(_ text: String, _ index: Int) {
        seats[index].setup.log(Array(text.utf8))
        seats[index].setup.finish(.failed, at: Clock.wall)
        endSetupSpan(index, text)
        record.setups.record(seats[index].setup)
        seats[index].failedSetup = seats[index].setup
    }

    /// A worker is ready, so the other workers' first setups may have failed by bad luck.
    func modelWorks() {
        for index in seats.indices where seats[index].lifecycle.state == .setupFailed {
            carryOut(seats[index].lifecycle.wanted(), index)
        }
        settle()
    }

    /// Recycles the next worker that is due.
    func recycleNext() {
        let areAllReady = seats.allSatisfy { $0.role != .worker || $0.lifecycle.state == .ready }
        if let due = recycling.next(areAllReady: areAllReady) { delegate?.worker(due, .due) }
    }

    func lost(_ index: Int) {
        end(index) { $0.channelLost(at: Clock.monotonic) }
    }

    func misbehaved(_ index: Int) {
        end(index) { $0.misbehaved() }
    }

    /// Something happened that ends a process. Until it has ended, nothing may rely on it.
    private func end(_ index: Int, _ happened: (inout Lifecycle) -> [Lifecycle.Action]) {
        let wasServing = seats[index].role == .worker && seats[index].lifecycle.state == .ready
        carryOut(happened(&seats[index].lifecycle), index)
        if wasServing, let worker = seats[index].worker { delegate?.worker(worker.id, .ending) }
        settle()
    }

    func failedSetup(_ index: Int) {
        carryOut(seats[index].lifecycle.setupFailed(at: Clock.monotonic), index)
        settle()
    }

    func healthAnswered(_ worker: WorkerID, _ token: UInt32, _ problem: UnsafeRawBufferPointer) {
        health.answered(worker, token, problem)
    }

    func healthLost(_ worker: WorkerID) {
        health.workerDied(worker)
    }
}

@available(*, unavailable)
extension WorkerPool: Sendable {}
