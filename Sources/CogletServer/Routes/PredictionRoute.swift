import HTTPServer
import Predictions
import Serving
import Workers

/// `/predictions/{id}`, `/trainings/{id}`: `PUT` starts a prediction or joins the one with this id. `GET` shows the
/// state of a running prediction, the result of one that ended recently, or its events.
final class PredictionRoute: RouteHandler {
    private let starter: PredictionStarter
    private let isTraining: Bool

    init(_ starter: PredictionStarter, isTraining: Bool) {
        self.starter = starter
        self.isTraining = isTraining
    }

    var isTraced: Bool { true }

    func bodyReader() -> (any BodyReader)? { starter.bodyReader(isTraining: isTraining) }

    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void> {
        starter.uploads.decide(on: head, contentType: contentType)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let id = id?.text ?? ""
        if request.head.method == .put {
            starter.start(request, on: exchange, id: id, isTraining: isTraining)
        } else if RequestFields(request.head).acceptsEventStream {
            follow(id, request.head, on: exchange)
        } else {
            show(id, request.head, on: exchange)
        }
    }

    /// Shows the events that the client hasn't seen: all of them, or those after the one that it names. The prediction
    /// continues when the client disconnects.
    func follow(_ id: String, _ head: RequestHead, on exchange: Exchange, dialect: EventStream.Dialect = .withIDs) {
        let service = starter.service
        if let refusal = starter.streamRefusal(isTraining) { return exchange.respond(refusal) }
        let last = Self.lastEventID(head)
        let run = service.running(id)
        guard let replay = run.map({ service.replay($0, after: last) }) ?? service.finishedReplay(id, after: last)
        else { return exchange.respond(Answers.unknownPrediction) }
        // Tells an EventSource not to reconnect (HTML standard, server-sent events).
        if case .nothingFollows = replay { return exchange.respond(.empty(204)) }
        if let run, service.streamCount(run) >= PredictionStarter.streamLimit {
            return exchange.respond(Answers.tooManyStreams)
        }
        let stream = EventStream(of: run, service, on: exchange, loop: starter.loop, dialect: dialect)
        guard head.method == .get else { return stream.end() }
        if stream.replay(replay), let run { service.follow(run, stream) }
    }

    private var outputIsFile: Bool {
        let facts = starter.service.facts?.documentFacts
        return (isTraining ? facts?.trainingOutputIsFile : facts?.outputIsFile) == true
    }

    /// The last event that the client has seen. An id that this server didn't make becomes one that doesn't exist.
    private static func lastEventID(_ head: RequestHead) -> Int? {
        guard let field = head.field("last-event-id"), !field.isEmpty else { return nil }
        return Int(field.string) ?? -1
    }

    private func show(_ id: String, _ head: RequestHead, on exchange: Exchange) {
        let service = starter.service
        if let run = service.running(id), let body = service.body(of: run, showsInput: true) {
            exchange.respond(.json(body))
        } else if let body = service.finishedBody(id) {
            let raw = outputIsFile ? RawPreference(head, RequestFields(head)) : nil
            let file = raw.flatMap { RawFile.answer(in: body, to: $0, memory: starter.context.memory) }
            exchange.respond(file ?? .json(body))
        } else {
            exchange.respond(Answers.unknownPrediction)
        }
    }
}
