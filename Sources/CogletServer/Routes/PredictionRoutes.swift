import EventLoop
import HTTPServer
import JSON
import Predictions

/// `/predictions` and `/trainings`: checks a request in a fixed order, begins the prediction and chooses the answer's form.
final class PredictionRoutes {
    /// Event streams that may follow one prediction.
    static let streamLimit = 1024

    private let service: PredictionService
    private var loop: EventLoop { service.loop }

    init(service: PredictionService) {
        self.service = service
    }

    /// How the client wants to be answered.
    private struct Mode {
        let wantsStream: Bool
        let prefer: Preferences.Prefer

        init(_ head: RequestHead) {
            wantsStream =
                head.field("accept") == nil
                ? false : Preferences.acceptsEventStream(head.fields("accept").map(\.string))
            prefer =
                head.field("prefer") == nil
                ? Preferences.Prefer(reading: []) : Preferences.Prefer(reading: head.fields("prefer").map(\.string))
        }

        var origin: RunningPrediction.Origin {
            wantsStream ? .stream : prefer.isAsynchronous ? .asynchronous : .synchronous
        }
    }

    // MARK: - POST and PUT

    /// Begins a prediction, or joins the one that runs under the id of a `PUT`.
    func create(_ request: Request, on exchange: Exchange, id pathID: String?, isTraining: Bool) {
        do throws(RequestError) {
            let (envelope, document) = try read(request)
            if let pathID { try check(pathID, envelope, isTraining) }
            let mode = Mode(request.head)
            if let id = pathID, let running = service.running(id) {
                join(running, mode, exchange, isTraining: isTraining)
            } else {
                begin(request, envelope, document, mode, exchange, pathID: pathID, isTraining: isTraining)
            }
        } catch {
            exchange.respond(Answers.refusal(error))
        }
    }

    private func read(_ request: Request) throws(RequestError) -> (PredictionRequest, JSONDocument?) {
        // Neither body nor type: an empty input. An empty body that claims to be JSON is an error.
        if request.body.isEmpty, request.head.field("content-type") == nil { return (PredictionRequest(), nil) }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: request.body.bytes, owner: request.body)
        } catch {
            throw .malformed(error)
        }
        return (try PredictionRequest(reading: document), document)
    }

    private func check(_ pathID: String, _ envelope: PredictionRequest, _ isTraining: Bool) throws(RequestError) {
        try PredictionRequest.check(id: pathID)
        if let id = envelope.id, id != pathID {
            let kind = isTraining ? "training" : "prediction"
            throw .invalid(location: ["id"], message: "\(kind) ID must match the ID supplied in the URL")
        }
    }

    private func begin(
        _ request: Request, _ envelope: PredictionRequest, _ document: JSONDocument?, _ mode: Mode,
        _ exchange: Exchange, pathID: String?, isTraining: Bool
    ) {
        guard let facts = service.supervisor.facts else {
            if case .defunct = service.supervisor.phase {
                exchange.respond(Answers.defunct)
            } else {
                exchange.respond(Answers.notReady)
            }
            return
        }
        if mode.wantsStream, let refusal = streamRefusal(isTraining) {
            exchange.respond(refusal)
            return
        }
        let schema = isTraining ? facts.trainingSchema : facts.predictionSchema
        let check = schema?.check(envelope.input) ?? InputCheck(unknown: [], problems: objectProblem(envelope.input))
        if let problems = check.problems {
            exchange.respond(.json(problems, status: 422))
            return
        }
        if !check.unknown.isEmpty {
            let names = check.unknown.joined(separator: ", ")
            service.log.warning("coglet::service", "Stripped unknown input fields", ["fields": .string(names)])
        }
        var files: [FilePatterns.Found] = []
        if !facts.filePatterns.isEmpty, let input = envelope.input {
            let found = facts.filePatterns.find(in: input)
            files = found.files
            if let refused = found.refused.first {
                exchange.respond(Answers.refusal(Self.notAFile(refused)))
                return
            }
        }
        let id = pathID ?? envelope.id ?? service.newID()
        guard service.running(id) == nil else {
            exchange.respond(Answers.alreadyRunning(id))
            return
        }
        guard service.hasRoom else {
            exchange.respond(Answers.noSlot)
            return
        }
        start(
            PredictionService.Accepted(
                id: id, request: envelope, document: document, body: request.body, unknownInputs: check.unknown,
                files: files, isTraining: isTraining, origin: mode.origin, trace: trace(request.head)),
            mode, exchange)
    }

    /// Without a schema everything is accepted that can be an input at all.
    private func objectProblem(_ input: JSONValue?) -> [UInt8]? {
        guard let input, input.kind != .object else { return nil }
        let error = RequestError.invalid(
            location: ["input", "__root__"], message: "\(input.text()) is not of type \"object\"")
        return Array(error.description.utf8)
    }

    private static func notAFile(_ found: FilePatterns.Found) -> RequestError {
        .invalid(
            location: ["input", found.pointer],
            message:
                "a file is expected as an http://, https:// or data: URL; local paths and other schemes are not accepted"
        )
    }

    private func streamRefusal(_ isTraining: Bool) -> Response? {
        if isTraining { return Answers.noTrainingStreams }
        return service.supervisor.facts?.documentFacts?.allowsStreams == true ? nil : Answers.noStreams
    }

    private func trace(_ head: RequestHead) -> [(name: String, value: String)] {
        guard let parent = head.field("traceparent") else { return [] }
        var trace = [(name: "traceparent", value: parent.string)]
        // A list that may come in parts.
        let states = head.fields("tracestate").map(\.string)
        if !states.isEmpty { trace.append((name: "tracestate", value: states.joined(separator: ","))) }
        return trace
    }

    // MARK: - Answers

    /// The client is put in its place before the prediction begins: it may end at once.
    private func start(_ accepted: PredictionService.Accepted, _ mode: Mode, _ exchange: Exchange) {
        service.begin(accepted) { running in
            if mode.wantsStream {
                attach(exchange, to: running)
            } else if mode.prefer.isAsynchronous {
                answerLater(running, exchange, after: mode.prefer.waitSeconds)
            } else {
                wait(exchange, for: running)
            }
        }
    }

    /// The terminal state will be the answer.
    private func wait(_ exchange: Exchange, for running: RunningPrediction) {
        running.waiters.append(exchange)
        // Unowned: the end of `running` takes this away before it lets go of it, and the exchange is who calls.
        exchange.onClientGone = { [unowned self, unowned running, unowned exchange] in
            running.waiters.removeAll { $0 === exchange }
            if running.origin == .synchronous, running.waiters.isEmpty { service.cancel(running) }
        }
    }

    /// 202 at once, or when the client's patience is at its end.
    private func answerLater(_ running: RunningPrediction, _ exchange: Exchange, after seconds: Int?) {
        guard let seconds, seconds > 0 else {
            exchange.respond(.json(running.prediction.body(), status: 202))
            return
        }
        running.waiters.append(exchange)
        service.after(.seconds(min(seconds, 86_400))) { [weak running, weak exchange] in
            guard let running, let exchange, let index = running.waiters.firstIndex(where: { $0 === exchange }) else {
                return
            }
            running.waiters.remove(at: index)
            exchange.respond(.json(running.prediction.body(), status: 202))
        }
    }

    /// A `PUT` for an id that runs: its state, its result or its events.
    private func join(_ running: RunningPrediction, _ mode: Mode, _ exchange: Exchange, isTraining: Bool) {
        if mode.wantsStream {
            if let refusal = streamRefusal(isTraining) {
                exchange.respond(refusal)
            } else if running.streams.count >= Self.streamLimit {
                exchange.respond(Answers.tooManyStreams)
            } else {
                attach(exchange, to: running)
            }
        } else if mode.prefer.isAsynchronous {
            exchange.respond(.json(running.prediction.body(showsInput: true), status: 202))
        } else {
            wait(exchange, for: running)
        }
    }

    private func attach(_ exchange: Exchange, to running: RunningPrediction) {
        let stream = EventStream(on: exchange, loop: loop)
        switch running.history?.replay() {
        case .events(let events)?:
            for event in events { stream.send(event) }
        case .truncated(let event)?:
            stream.send(event)
            stream.end()
            return
        case nil: break
        }
        running.streams.append(stream)
        stream.onGone = { [weak self, weak running, weak stream] in
            guard let self, let running else { return }
            running.streams.removeAll { $0 === stream }
            if running.origin == .stream, running.streams.isEmpty { service.cancel(running) }
        }
    }

    // MARK: - GET

    /// The state of a prediction that runs, or the result of one that has ended lately.
    func show(_ id: String, on exchange: Exchange) {
        if let running = service.running(id) {
            exchange.respond(.json(running.prediction.body(showsInput: true)))
        } else if let body = service.registry.finishedBody(id, at: Clock.monotonic) {
            exchange.respond(.json(body))
        } else {
            exchange.respond(Answers.unknownPrediction)
        }
    }
}

@available(*, unavailable)
extension PredictionRoutes: Sendable {}
