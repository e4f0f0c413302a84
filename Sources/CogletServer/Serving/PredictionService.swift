import EventLoop
import FileTransfer
import HTTPClient
import HTTPServer
import JSON
import Predictions
import WebhookDelivery
import WorkerProtocol

/// Runs predictions: takes what the routes have accepted, hands it to the worker, and brings the result to everybody
/// who waits for it.
///
/// Bound to the loop.
final class PredictionService {
    /// A request that has passed all checks.
    struct Accepted {
        let id: String
        let request: PredictionRequest
        let document: JSONDocument?
        let body: Buffer
        let unknownInputs: [String]
        let files: [FilePatterns.Found]
        let isTraining: Bool
        let origin: RunningPrediction.Origin
        let trace: [(name: String, value: String)]
    }

    /// The error of a prediction whose worker has died.
    static let crashed = "Worker crashed"

    let loop: EventLoop
    let options: ServerOptions
    let log: Log
    let supervisor: Supervisor
    let client: HTTPClient
    let files: FileServices
    let webhooks: WebhookSender

    var registry = Registry()
    var byToken: [UInt32: RunningPrediction] = [:]
    var takenSlots = 0
    /// Predictions that wait for a free slot, in order.
    var queue: [RunningPrediction] = []
    /// Predictions that no worker has begun, because the one they were meant for has died. In order.
    var waitingForWorker: [RunningPrediction] = []
    private var nextToken: UInt32 = 1
    private var ids = PredictionIDs()
    private(set) var healthChecks: HealthChecks?
    /// Called when the last running prediction has ended.
    var onIdle: (() -> Void)?
    /// Called when the worker has ended for good.
    var onStopped: (() -> Void)?
    var endedCounts = ServerMetrics.EndedCounts()

    init(on loop: EventLoop, options: ServerOptions, log: Log, supervisor: Supervisor) {
        self.loop = loop
        self.options = options
        self.log = log
        self.supervisor = supervisor
        client = HTTPClient(on: loop)
        files = FileServices(on: loop, client: client, options: options)
        var configuration = WebhookConfiguration(version: Coglet.version)
        configuration.token = options.webhookToken
        configuration.throttleInterval = options.webhookInterval
        webhooks = WebhookSender(on: loop, client: client, configuration: configuration) { text in
            log.warning("coglet::webhook", text)
        }
        healthChecks = HealthChecks(on: loop, supervisor: supervisor)
        supervisor.delegate = self
    }

    // MARK: - State

    /// How many more predictions could begin now.
    var freeSlots: Int { (supervisor.facts?.concurrency ?? 0) - takenSlots }

    /// Whether predictions run or wait.
    var isIdle: Bool { byToken.isEmpty }

    func running(_ id: String) -> RunningPrediction? {
        registry.running(id).flatMap { byToken[$0.token] }
    }

    /// An id for a client that chose none.
    func newID() -> String { ids.next(at: Clock.wall) }

    // MARK: - Beginning

    /// Begins a prediction, or lets it wait for a slot. `prepare` is called before anything happens to it.
    func begin(_ accepted: Accepted, prepare: (RunningPrediction) -> Void) {
        precondition(hasRoom)
        let facts = supervisor.facts?.documentFacts
        let isArray = accepted.isTraining ? facts?.trainingOutputIsArray : facts?.outputIsArray
        let prediction = Prediction(
            id: accepted.id, token: nextToken, createdAt: Clock.wall, input: accepted.request.input,
            unknownInputs: accepted.unknownInputs, outputIsArray: isArray ?? false)
        nextToken = nextToken == .max ? 1 : nextToken + 1
        let running = RunningPrediction(prediction, accepted)
        byToken[prediction.token] = running
        registry.began(prediction)
        log.info("coglet::prediction", "Starting prediction", ["prediction_id": .string(prediction.id)])
        if facts?.allowsStreams == true, !accepted.isTraining {
            running.history = EventHistory(capacity: options.streamHistoryCapacity)
        }
        beginWebhook(running, accepted.request)
        prepare(running)
        if freeSlots > 0 {
            start(running)
        } else {
            queue.append(running)
        }
    }

    /// Takes a slot and goes to work.
    func start(_ running: RunningPrediction) {
        takenSlots += 1
        running.slotTakenAt = Clock.monotonic
        if running.accepted.files.isEmpty {
            dispatch(running)
        } else {
            fetchFiles(running)
        }
    }

    /// Calls `body` after a while.
    func after(_ time: Duration, _ body: @escaping () -> Void) {
        var timer: Timer?
        let fire = {
            timer?.close()
            timer = nil
            body()
        }
        do throws(EventLoopError) {
            timer = try Timer(on: loop, onFire: fire)
            timer?.start(after: time)
        } catch {
            log.error("coglet", "no timer: \(error)")
            body()
        }
    }

    /// The prediction counts as processing from here on, which is told to all who follow it.
    private func announceStart(_ running: RunningPrediction) {
        running.prediction.started(at: Clock.wall)
        if let event = running.history?.started(id: running.prediction.id) { running.send(event) }
        running.webhook?.record(.start)
    }

    private func beginWebhook(_ running: RunningPrediction, _ request: PredictionRequest) {
        guard let url = request.webhook, !url.isEmpty else { return }
        let events = Set(request.webhookEvents.compactMap { WebhookEvent(rawValue: $0.rawValue) })
        let prediction = running.prediction
        running.webhook = webhooks.makeSession(
            url: url, events: events, predictionID: prediction.id, fields: running.trace
        ) { isTerminal in Buffer(prediction.body(asRunning: !isTerminal).joined) }
    }

    private func fetchFiles(_ running: RunningPrediction) {
        announceStart(running)
        let accepted = running.accepted
        let directory = files.store.makeDirectory()
        running.directory = directory
        let inputs = accepted.files.map { found in
            if let index = found.value.longStringIndex, let long = accepted.document?.longStrings[index] {
                return FileInput(pointer: found.pointer, text: .literal(accepted.body, long.range))
            }
            return FileInput(pointer: found.pointer, text: .string(found.value.string ?? ""))
        }
        running.fetch = files.fetcher.fetch(inputs, into: directory) { [weak self, weak running] result in
            guard let self, let running else { return }
            running.fetch = nil
            switch result {
            case .success(let paths):
                running.paths = paths
                dispatch(running)
            case .failure where running.prediction.isCancelRequested: end(running, .canceled)
            case .failure(let error): end(running, .failed("Input validation error: \(error)"))
            }
        }
    }

    /// Keeps a prediction until there is a worker for it.
    func waitForWorker(_ running: RunningPrediction) {
        if case .defunct = supervisor.phase {
            end(running, .failed(Self.crashed))
        } else {
            waitingForWorker.append(running)
        }
    }

    /// Hands a prediction to the worker.
    func dispatch(_ running: RunningPrediction) {
        if running.prediction.status == .starting { announceStart(running) }
        guard let worker = supervisor.worker, supervisor.facts != nil else {
            waitForWorker(running)
            return
        }
        running.isDispatched = true
        let accepted = running.accepted
        let strings = accepted.document?.longStrings ?? []
        // A file's text stays here: the model gets its path.
        let inFiles = Set(accepted.files.compactMap(\.value.longStringIndex))
        let meta = WorkerRequest.meta(
            context: accepted.request.context, files: running.paths, unknown: accepted.unknownInputs,
            isFollowed: running.isFollowed, hasStrings: !strings.isEmpty, trace: running.trace)
        let body = accepted.body.bytes
        let parts = strings.enumerated().map { index, string in
            UnsafeRawBufferPointer(rebasing: body[inFiles.contains(index) ? 0..<0 : string.range])
        }
        let send = { (text: UnsafeRawBufferPointer) in
            let prefix = PredictFrame.prefix(
                token: running.prediction.token, metaBytes: meta.count, textBytes: text.count,
                strings: zip(parts, strings).map { (count: $0.count, isEscaped: $1.hasEscapes) })
            prefix.withUnsafeBytes { prefix in
                meta.withUnsafeBytes { meta in worker.send([prefix, meta, text] + parts) }
            }
        }
        if let reduced = accepted.document?.reducedText {
            reduced.withUnsafeBytes(send)
        } else {
            send(accepted.document == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : body)
        }
        if running.prediction.isCancelRequested { worker.sendControl(.cancel, token: running.prediction.token) }
    }
}

@available(*, unavailable)
extension PredictionService: Sendable {}
