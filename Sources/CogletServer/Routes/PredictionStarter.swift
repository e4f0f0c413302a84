import EventLoop
import FileTransfer
import HTTPClient
import HTTPServer
import JSON
import Predictions
import Serving
import Telemetry
import Workers

/// Checks a request for a prediction in a fixed order, starts the prediction, and chooses the form of the response.
final class PredictionStarter {
    /// The maximum number of event streams that follow one prediction.
    static let streamLimit = 1024

    let service: PredictionService
    let uploads: UploadIntake
    let context: AnswerContext
    /// Nil if tracing is off.
    let tracing: RequestSpans?
    private let reader: RequestReader
    private let log: Log
    private var ids = PredictionIDs()

    init(
        _ service: PredictionService, _ uploads: UploadIntake, _ settings: RouteSettings, _ memory: MemoryAccount,
        _ log: Log, tracing: RequestSpans?
    ) {
        self.tracing = tracing
        self.service = service
        self.uploads = uploads
        context = AnswerContext(loop: log.loop, memory: memory, busyStatus: settings.busyStatus)
        reader = RequestReader(on: log.loop)
        self.log = log
    }

    var loop: EventLoop { log.loop }

    /// Makes a reader that parses a body while it arrives.
    func bodyReader(isTraining: Bool, content: RequestScan.Content = .envelope) -> any BodyReader {
        BodyScan(RequestScan(schema: schema(isTraining), content: content))
    }

    /// Starts a prediction, or joins the one that runs under the id of a `PUT`.
    func start(
        _ request: Request, on exchange: Exchange, id pathID: String?, isTraining: Bool,
        dialect: RequestDialect = .own
    ) {
        guard exchange.body == nil else {
            startUploaded(request, on: exchange, id: pathID, isTraining: isTraining, dialect)
            return
        }
        let span = span(exchange, isTraining: isTraining)
        let patterns = service.facts?.filePatterns ?? FilePatterns([])
        reader.read(
            request, on: exchange, content: dialect.content, schema: schema(isTraining), filePatterns: patterns
        ) { [self] result in
            do throws(RequestError) {
                let content = Content(read: try result.get(), body: request.body, dialect: dialect)
                try start(content, span, request, on: exchange, id: pathID, isTraining: isTraining)
            } catch {
                refuse(.invalidInput, Answers.refusal(error), exchange, span)
            }
        }
    }

    /// The contents of a request.
    struct Content {
        let read: ReadRequest
        /// Its JSON, or the JSON that it stands for.
        let body: Buffer
        var uploads: UploadedFiles?
        var dialect = RequestDialect.own
    }

    private func startUploaded(
        _ request: Request, on exchange: Exchange, id pathID: String?, isTraining: Bool, _ dialect: RequestDialect
    ) {
        let span = span(exchange, isTraining: isTraining)
        let upload: UploadReceiver<PredictionForm>
        switch uploads.upload(request.head, on: exchange, isTraining: isTraining) {
        case .take(let made): upload = made
        case .refuse(let answer): return exchange.respond(answer)
        }
        upload.read { [self] result in
            switch result {
            case .failure(.clientGone): break
            case .failure(let error): refuse(error.rejection, error.answer, exchange, span)
            case .success(let uploaded):
                upload.files.places = uploaded.files
                do throws(RequestError) {
                    let content = Content(
                        read: uploaded.read, body: uploaded.body, uploads: upload.files, dialect: dialect)
                    try start(content, span, request, on: exchange, id: pathID, isTraining: isTraining)
                } catch {
                    refuse(.invalidInput, Answers.refusal(error), exchange, span)
                }
            }
        }
    }

    private func start(
        _ content: Content, _ span: PredictionSpan?, _ request: Request, on exchange: Exchange, id pathID: String?,
        isTraining: Bool
    ) throws(RequestError) {
        let reading = content.read.reading
        try check(webhook: reading.envelope.webhook)
        if let pathID { try check(pathID, reading.envelope, isTraining) }
        let fields = RequestFields(request.head)
        var mode = AnswerMode(
            fields, request.head, exchange, content.dialect,
            streams: !isTraining && service.facts?.documentFacts?.allowsStreams == true)
        span?.answered(mode.responseMode)
        if let id = pathID, let run = service.running(id) {
            join(run, mode, exchange, isTraining: isTraining)
            return
        }
        let links = links(span, request.head, fields)
        switch try admit(content, links, mode, pathID: pathID, isTraining: isTraining) {
        case .begin(let new):
            warn(ofUnknownIn: content)
            if case .replicate(let call) = content.dialect {
                mode.form = call.api.began(new.id, model: call.model, body: content.body, head: request.head)
            }
            begin(new, mode, exchange)
        case .refuse(let response, let reason): refuse(reason, response, exchange, span)
        }
    }

    /// Answers a refused request.
    func refuse(_ reason: Rejection, _ response: Response, _ exchange: Exchange, _ span: PredictionSpan? = nil) {
        service.rejected(reason)
        if let span { Self.refused(span, reason, status: response.status) }
        exchange.respond(response)
    }

    /// Warns the operator of inputs that the model doesn't know.
    func warn(ofUnknownIn content: Content) {
        guard content.read.reading.unknown.count > 0 else { return }
        log.warning(
            "coglet::service", "Stripped unknown input fields", ["fields": .string("\(content.read.reading.unknown)")])
    }

    private func schema(_ isTraining: Bool) -> InputSchema? {
        isTraining ? service.facts?.trainingSchema : service.facts?.predictionSchema
    }

    // MARK: - Checks

    /// The decision whether a request is accepted.
    enum Admission {
        case begin(NewPrediction)
        case refuse(Response, Rejection)
    }

    /// Refuses a webhook URL that isn't usable. An empty text means that there is none.
    private func check(webhook: String?) throws(RequestError) {
        guard let webhook, !webhook.isEmpty else { return }
        do throws(HTTPURLProblem) {
            _ = try HTTPURL(webhook)
        } catch {
            throw .invalid(location: ["webhook"], message: "the webhook's URL can't be used: \(error)")
        }
    }

    private func check(_ pathID: String, _ envelope: PredictionRequest, _ isTraining: Bool) throws(RequestError) {
        try PredictionRequest.check(id: pathID)
        if let id = envelope.id, ExactString(id) != ExactString(pathID) {
            let kind = isTraining ? "training" : "prediction"
            throw .invalid(location: ["id"], message: "\(kind) ID must match the ID supplied in the URL")
        }
    }

    /// Checks a request, and whether there is room for its prediction.
    func admit(
        _ content: Content, _ links: TraceLinks?, _ mode: AnswerMode, pathID: String?, isTraining: Bool
    ) throws(RequestError) -> Admission {
        let reading = content.read.reading
        guard !service.isClosed else { return .refuse(Answers.shuttingDown, .shuttingDown) }
        guard service.facts != nil else { return .refuse(Answers.noModel(service.condition), .notReady) }
        let refusal = service.refusal
        if refusal == .noWorkers { return .refuse(Answers.defunct, .notReady) }
        if mode.stream != .none, let refusal = streamRefusal(isTraining) { return .refuse(refusal, .noStream) }
        if let problems = reading.problems { return .refuse(.json(problems, status: 422), .invalidInput) }
        if let misplaced = reading.misplaced { throw Self.notAFile(misplaced) }
        if let file = content.read.unusableFile {
            throw .invalid(location: ["input", file.pointer], message: "the file's URL can't be used: \(file.reason)")
        }
        let body = RequestBody(content.body, reading)
        if let pointer = body.missingFile(in: service.storedFiles) { throw FileAnswers.missingInput(pointer) }
        let id = pathID ?? reading.envelope.id ?? ids.next(at: Clock.wall)
        guard service.running(id) == nil else { return .refuse(Answers.alreadyRunning(id), .duplicateID) }
        guard refusal == nil else { return .refuse(Answers.busy(status: context.busyStatus), .atCapacity) }
        if let span = links?.span { Self.accepted(span, id, reading.envelope) }
        return .begin(
            NewPrediction(
                id: id, envelope: reading.envelope, body: body,
                schemaOfUnknown: reading.schemaOfUnknown, isTraining: isTraining, origin: mode.origin,
                client: mode.client, trace: links, uploads: content.uploads))
    }

    private static func notAFile(_ found: FilePatterns.Found) -> RequestError {
        .invalid(
            location: ["input", found.pointer],
            message:
                "a file is expected as an http://, https:// or data: URL; local paths and other schemes are not accepted"
        )
    }

    /// Why event streams aren't available; nil if they are.
    func streamRefusal(_ isTraining: Bool) -> Response? {
        if isTraining { return Answers.noTrainingStreams }
        return service.facts?.documentFacts?.allowsStreams == true ? nil : Answers.noStreams
    }

    // MARK: - Answers

    /// The client is registered before the prediction begins, because it may end immediately.
    private func begin(_ new: NewPrediction, _ mode: AnswerMode, _ exchange: Exchange) {
        service.begin(new) { run in
            switch mode.stream {
            case .events: return EventStream(of: run, service, on: exchange, loop: log.loop)
            case .text: return TextStream(of: run, service, on: exchange)
            case .none: break
            }
            guard mode.prefer.isAsynchronous else { return waiter(run, mode, exchange) }
            if let seconds = mode.prefer.waitSeconds, seconds > 0 {
                let waiter = waiter(run, mode, exchange)
                waiter.wait(atMost: .seconds(min(seconds, 86_400)))
                return waiter
            }
            if let body = service.body(of: run) { exchange.respond(mode.form.running(body)) }
            return nil
        }
    }

    private func waiter(_ run: RunID, _ mode: AnswerMode, _ exchange: Exchange) -> AnswerFollower {
        AnswerFollower(of: run, service, on: exchange, mode.form, context)
    }

    /// Handles a `PUT` with the id of a running prediction: responds with its state, its result, or its events.
    private func join(_ run: RunID, _ mode: AnswerMode, _ exchange: Exchange, isTraining: Bool) {
        if mode.stream != .none {
            if let refusal = streamRefusal(isTraining) {
                refuse(.noStream, refusal, exchange)
            } else if service.streamCount(run) >= Self.streamLimit {
                refuse(.noStream, Answers.tooManyStreams, exchange)
            } else {
                let stream = EventStream(of: run, service, on: exchange, loop: log.loop)
                if stream.replay(service.replay(run)) { service.follow(run, stream) }
            }
        } else if mode.prefer.isAsynchronous {
            if let body = service.body(of: run, showsInput: true) {
                exchange.respond(mode.form.running(body))
            }
        } else {
            service.follow(run, waiter(run, mode, exchange))
        }
    }
}

@available(*, unavailable)
extension PredictionStarter: Sendable {}
