public import EventLoop
public import FileTransfer
internal import HTTPClient
public import Predictions
internal import Telemetry
internal import WebhookDelivery
public import Workers

/// Carries predictions out: does what the ``Scheduler`` and each run's ``Stage`` decide, and tells the followers.
///
/// Bound to the loop. It alone changes runs; routes call ``begin(_:follow:)``, ``cancel(_:)`` and ``follow(_:_:)``, and see
/// ``status``.
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
    /// What is counted of predictions.
    public internal(set) var metrics: ServiceMetrics
    private let timer: Deadline
    var closing = Closing()

    /// A service for the workers of `pool`, which are not started yet. What webhooks hold is counted in `memory`.
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

    /// What the model has said of itself; nil before its first setup has succeeded.
    public var facts: ModelFacts? { pool.facts }

    /// Where the model stands.
    public var condition: WorkerPool.Condition { pool.condition }

    /// Why a prediction that comes now would not be taken; nil if it would be.
    public var refusal: Scheduler.Refusal? { scheduler.refusal }

    /// Whether a prediction that comes now would begin at once.
    public var hasFreeSlot: Bool { scheduler.refusal == nil && scheduler.freeSlots > 0 }

    /// The running prediction with a client's id.
    public func running(_ id: String) -> RunID? { registry.running(id) }

    /// The state of a running prediction, as JSON.
    public func body(of run: RunID, showsInput: Bool = false) -> SegmentedText? {
        guard let found = runs[run] else { return nil }
        if found.prediction.chunkCount > 0 { shown(found) }
        return found.prediction.body(showsInput: showsInput)
    }

    /// The result of a prediction that has ended lately, as JSON.
    public func finishedBody(_ id: String) -> [UInt8]? {
        registry.finishedBody(id, at: Clock.monotonic)
    }

    /// Whether a prediction with this id has ended lately.
    public func remembers(_ id: String) -> Bool {
        registry.remembers(id, at: Clock.monotonic)
    }

    /// How many event streams show a running prediction.
    public func streamCount(_ run: RunID) -> Int {
        runs[run]?.followers.count { $0.kind == .eventStream || $0.kind == .reader } ?? 0
    }

    /// The events of a running prediction so far, after the one with the id `last` if that is given; nil if the model offers
    /// none.
    public func replay(_ run: RunID, after last: Int? = nil) -> EventHistory.Replay? {
        guard let found = runs[run] else { return nil }
        if found.prediction.chunkCount > 0 { shown(found) }
        return found.history?.replay(after: last)
    }

    /// The events of a prediction that has ended lately, after the one with the id `last` if that is given; nil if none is
    /// remembered.
    public func finishedReplay(_ id: String, after last: Int?) -> EventHistory.Replay? {
        registry.replay(id, after: last, at: Clock.monotonic)
    }

    /// Asks the model's own health check; `completion` gets nil when it is healthy, else what is wrong.
    public func checkHealth(_ completion: @escaping (String?) -> Void) {
        pool.checkHealth(completion)
    }

    /// The same for a probe: the check runs at most once a second.
    public func checkHealthForProbe(_ completion: @escaping (String?) -> Void) {
        pool.checkHealthForProbe(completion)
    }

    // MARK: - What routes do

    /// A request for a prediction is not carried out.
    public func rejected(_ reason: Rejection) {
        metrics.rejected(reason)
    }

    /// Begins a prediction, or lets it wait for a slot; call only when ``refusal`` is nil, or the prediction keeps a place.
    ///
    /// `follow` is called before anything happens to the prediction, and returns who follows it besides its webhook.
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

    /// Adds someone who is told about a running prediction.
    public func follow(_ run: RunID, _ follower: any Follower) {
        runs[run]?.followers.append(follower)
    }

    /// A follower doesn't listen any more. Cancels the prediction if it ran for followers of this kind only.
    public func leave(_ run: RunID, _ follower: any Follower) {
        guard let found = runs[run] else { return }
        found.followers.removeAll { $0 === follower }
        guard found.request.origin == follower.kind else { return }
        if !found.followers.contains(where: { $0.kind == follower.kind }) { cancel(run) }
    }

    /// A client's connection is closed; it has the number that ``NewPrediction/client`` has.
    public func clientGone(_ client: Int) {
        if scheduler.expects(client) { perform(scheduler.clientGone(client, at: Clock.monotonic)) }
    }

    /// Asks for the end of a prediction.
    public func cancel(_ run: RunID) {
        guard let found = runs[run] else { return }
        if found.interruption != .canceled { log.predictionCanceled(found.prediction.id) }
        perform(scheduler.canceled(run, at: Clock.monotonic))
    }

    // MARK: - Carrying out

    /// Does what the scheduler has decided, in order. `cause` is what this is about.
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

    /// Does what a run's stage has decided.
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

    /// Its worker has died before the model had begun it.
    private func waitAgain(_ id: RunID) {
        guard let run = runs[id] else { return }
        run.stage.slotLost()
        run.span?.returned("the worker has died before the model had begun", at: Clock.wall.nanoseconds)
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
