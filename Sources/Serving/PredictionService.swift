public import EventLoop
public import FileTransfer
internal import HTTPClient
public import Predictions
internal import Telemetry
internal import WebhookDelivery
public import Workers

/// Runs predictions: carries out what the ``Scheduler`` and each run's ``Stage`` decide, and notifies the followers.
///
/// Bound to the loop. Only the service changes runs; routes call ``begin(_:follow:)``, ``cancel(_:)``, and
/// ``follow(_:_:)``, and read ``status``.
public final class PredictionService {
    let loop: EventLoop
    let settings: ServiceSettings
    let log: any ServiceLog
    let pool: WorkerPool
    let files: FileServices
    let webhooks: WebhookSender

    var scheduler: Scheduler
    var runs = RunTable<Run>()
    var registry = Registry()
    /// Counts about predictions.
    public internal(set) var metrics: ServiceMetrics
    private let timer: Deadline
    var closing = Closing()

    /// Makes a service for the workers of `pool`, which aren't started yet. `memory` accounts for what webhooks hold.
    public init(
        on loop: EventLoop, settings: ServiceSettings, pool: WorkerPool, store: FileStore, memory: MemoryAccount,
        log: any ServiceLog
    ) {
        self.loop = loop
        self.settings = settings
        self.log = log
        self.pool = pool
        scheduler = Scheduler(limits: settings.limits)
        metrics = ServiceMetrics(modelMetricLimit: settings.modelMetricLimit)
        timer = Deadline(on: loop)
        let client = HTTPClient(
            on: loop, proxies: settings.proxies, fallbackTrustFile: settings.fallbackTrustFile,
            transferLimit: settings.transferLimit)
        files = FileServices(on: loop, client: client, store: store, settings: settings)
        webhooks = WebhookSender(on: loop, client: client, configuration: settings.webhooks, memory: memory) { [log] in
            log.webhookFailed($0)
        }
        files.fetcher.onDownloaded = { [weak self] in self?.metrics.downloaded($0) }
        timer.onPassed = { [weak self] in self?.deadlinePassed() }
        pool.delegate = self
    }

    // MARK: - What routes see

    /// What the model reported about itself; nil before the first successful setup.
    public var facts: ModelFacts? { pool.facts }

    /// The condition of the model.
    public var condition: WorkerPool.Condition { pool.condition }

    /// Why a new prediction would be refused now; nil if it would be accepted.
    public var refusal: Scheduler.Refusal? { scheduler.refusal }

    /// Whether a new prediction would begin immediately.
    public var hasFreeSlot: Bool { scheduler.refusal == nil && scheduler.freeSlots > 0 }

    /// The running prediction with the client's id.
    public func running(_ id: String) -> RunID? { registry.running(id) }

    /// The state of a running prediction as JSON.
    public func body(of run: RunID, showsInput: Bool = false) -> SegmentedText? {
        guard let found = runs[run] else { return nil }
        if found.prediction.chunkCount > 0 { shown(found) }
        return found.prediction.body(showsInput: showsInput)
    }

    /// The result of a recently ended prediction as JSON.
    public func finishedBody(_ id: String) -> [UInt8]? {
        registry.finishedBody(id, at: Clock.monotonic)
    }

    /// Whether a prediction with this id ended recently.
    public func remembers(_ id: String) -> Bool {
        registry.remembers(id, at: Clock.monotonic)
    }

    /// The number of event streams that show a running prediction.
    public func streamCount(_ run: RunID) -> Int {
        runs[run]?.followers.count { $0.kind == .eventStream || $0.kind == .reader } ?? 0
    }

    /// The events of a running prediction so far, after the one with the id `last` if that is given; nil if the model
    /// offers no streams.
    public func replay(_ run: RunID, after last: Int? = nil) -> EventHistory.Replay? {
        guard let found = runs[run] else { return nil }
        if found.prediction.chunkCount > 0 { shown(found) }
        return found.history?.replay(after: last)
    }

    /// The events of a recently ended prediction, after the one with the id `last` if that is given; nil if none is
    /// remembered.
    public func finishedReplay(_ id: String, after last: Int?) -> EventHistory.Replay? {
        registry.replay(id, after: last, at: Clock.monotonic)
    }

    /// Runs the model's own health check; `completion` gets nil if it is healthy, otherwise the problem.
    public func checkHealth(_ completion: @escaping (String?) -> Void) {
        pool.checkHealth(completion)
    }

    /// The same for a probe: the check runs at most once a second.
    public func checkHealthForProbe(_ completion: @escaping (String?) -> Void) {
        pool.checkHealthForProbe(completion)
    }

    // MARK: - What routes do

    /// A request for a prediction is refused.
    public func rejected(_ reason: Rejection) {
        metrics.rejected(reason)
    }

    /// Begins a prediction or queues it for a slot. Call this only if ``refusal`` is nil or the prediction keeps a
    /// place.
    ///
    /// `follow` is called before anything happens to the prediction. It returns the prediction's follower, in addition
    /// to its webhook.
    public func begin(_ request: NewPrediction, follow: (RunID) -> (any Follower)?) {
        let facts = pool.facts?.documentFacts
        let isArray = request.isTraining ? facts?.trainingOutputIsArray : facts?.outputIsArray
        let run = runs.insert { id in
            let prediction = Prediction(
                id: request.id, createdAt: Clock.wall, input: request.envelope.input,
                schemaOfUnknown: request.schemaOfUnknown, outputIsArray: isArray ?? false)
            return Run(id, prediction, request, inputs: request.body.inputs(storedIn: files.stored))
        }
        let now = Clock.monotonic
        run.timing.arrivedAt = now
        registry.began(request.id, as: run.id)
        log.predictionBegan(request.id)
        if facts?.allowsStreams == true, !request.isTraining {
            run.history = EventHistory(
                capacity: settings.streamHistoryCapacity, createdAt: run.prediction.createdAt)
        }
        if let follower = follow(run.id) { run.followers.append(follower) }
        let webhook = WebhookFollower(of: run, sender: webhooks)
        if let webhook { run.followers.append(webhook) }
        run.isFollowed = run.history != nil || webhook != nil
        switch scheduler.arrived(run.id, from: request.client, keepsPlace: request.keepsPlace, at: now) {
        case .start(let worker): start(run, on: worker, at: now)
        case .wait: break
        case .prepare: prepare(run, at: now)
        case .refuse: end(run, .failed(Self.noWorkers))
        }
        timer.set(scheduler.nextDeadline)
    }

    /// Calls `body`, which begins several predictions of one request: a model that answers several per call gets them
    /// together.
    public func beginTogether(_ body: () -> Void) {
        scheduler.arrivingTogether()
        body()
        perform(scheduler.arrivedTogether(at: Clock.monotonic))
    }

    /// Adds a follower to a running prediction.
    public func follow(_ run: RunID, _ follower: any Follower) {
        runs[run]?.followers.append(follower)
    }

    /// Removes a follower. Cancels the prediction if it was running only for followers of this kind.
    public func leave(_ run: RunID, _ follower: any Follower) {
        guard let found = runs[run] else { return }
        found.followers.removeAll { $0 === follower }
        guard found.request.origin == follower.kind else { return }
        if !found.followers.contains(where: { $0.kind == follower.kind }) { cancel(run) }
    }

    /// A client's connection was closed; its number is ``NewPrediction/client``.
    public func clientGone(_ client: Int) {
        if scheduler.expects(client) { perform(scheduler.clientGone(client, at: Clock.monotonic)) }
    }

    /// Requests the end of a prediction.
    public func cancel(_ run: RunID) {
        guard let found = runs[run] else { return }
        if found.interruption != .canceled { log.predictionCanceled(found.prediction.id) }
        perform(scheduler.canceled(run, at: Clock.monotonic))
    }

    // MARK: - Carrying out

    /// Carries out the scheduler's decisions in order. `cause` is the event behind them.
    func perform(_ actions: [Scheduler.Action], because cause: Cause? = nil) {
        for action in actions {
            switch action {
            case .start(let id, let worker):
                if let run = runs[id] { start(run, on: worker, at: Clock.monotonic) }
            case .startBatch(let ids, let worker): startBatch(ids, on: worker)
            case .waitAgain(let id): waitAgain(id)
            case .startOver(let id): startOver(id)
            case .drop(let id): drop(id)
            case .interrupt(let id, let interruption): interrupt(id, interruption)
            case .end(let id, let ending): end(id, ending, cause)
            case .replace(let worker, let interruption): pool.replace(worker, ignoring: interruption)
            case .retire(let worker): pool.retire(worker)
            }
        }
        timer.set(scheduler.nextDeadline)
    }

    /// Carries out the decision of a run's stage.
    func perform(_ step: Stage.Step, for run: Run) {
        switch step {
        case .nothing: break
        case .fetch: fetchFiles(run)
        case .dispatch(let worker, let files): dispatch(run, to: worker, files)
        case .interrupt(let worker): pool.interrupt(run.id, on: worker)
        case .end(let ending): end(run, ending)
        }
    }

    func start(_ run: Run, on worker: WorkerID, at now: Duration) {
        if run.timing.slotTakenAt == nil {
            run.timing.slotTakenAt = now
            metrics.slotTaken(after: now - run.timing.arrivedAt, of: run.timing.trace)
            let moment = Clock.wall
            run.prediction.started(at: moment)
            run.span?.slotTaken(worker.number, at: moment.nanoseconds)
            run.tell(.started) { $0.started(id: run.prediction.id) }
        }
        perform(run.stage.slotGiven(worker, hasFiles: !run.transfers.inputs.isEmpty), for: run)
    }

    private func dispatch(_ run: Run, to worker: WorkerID, _ files: InputFiles) {
        let request = run.request
        let invocation = run.span?.dispatched(at: Clock.wall.nanoseconds)
        let meta = RequestMeta.text(
            context: request.envelope.context, files: files + (request.uploads?.places ?? []),
            isFollowed: run.isFollowed, trace: request.trace?.modelFields(invocation),
            isTimed: invocation != nil)
        request.body.withParts(meta: meta) { pool.send($0, for: run.id, to: worker) }
    }

    /// The prediction's worker died before the model had begun it.
    private func waitAgain(_ id: RunID) {
        guard let run = runs[id] else { return }
        run.stage.slotLost()
        run.span?.returned("the worker died before the model had begun", at: Clock.wall.nanoseconds)
    }

    private func interrupt(_ id: RunID, _ interruption: Interruption) {
        guard let run = runs[id] else { return }
        if interruption == .timedOut { log.predictionTimedOut(run.prediction.id) }
        run.interruption = interruption
        perform(run.stage.interrupted(), for: run)
    }

    private func deadlinePassed() {
        perform(scheduler.deadlinePassed(at: Clock.monotonic))
    }
}

@available(*, unavailable)
extension PredictionService: Sendable {}
