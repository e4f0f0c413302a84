import EventLoop
import HTTPServer
import JSON
import Platforms
import Predictions
import Serving
import Telemetry
import Workers

/// Starts the predictions of requests in a platform's form, with the same checks as for any prediction.
///
/// All inputs are checked before the first prediction begins.
final class PlatformStarter {
    /// Reads a body in a platform's form. Safe on any thread.
    typealias Reader = @Sendable (Buffer) throws(PlatformError) -> any PlatformRequest

    /// Larger bodies are read on the thread pool. The limit is low because what predictions share is repeated for each
    /// of them.
    private static let longBytes = 4 << 10

    let starter: PredictionStarter
    private let memory: MemoryAccount
    /// The model's signature, valid while these facts are the model's.
    private var known: (facts: ModelFacts, signature: ModelSignature?)?

    init(_ starter: PredictionStarter, _ memory: MemoryAccount) {
        self.starter = starter
        self.memory = memory
    }

    var service: PredictionService { starter.service }

    /// The model's inputs and its output; nil if there is no document. Made at the first use.
    var signature: ModelSignature? {
        guard let facts = service.facts else { return nil }
        if let known, known.facts === facts { return known.signature }
        let document = facts.document.flatMap { try? JSONDocument.parsing(String(decoding: $0, as: UTF8.self)).root }
        let signature = document.map { ModelSignature(document: $0) }
        known = (facts, signature)
        return signature
    }

    /// Starts the predictions of a request.
    func start(_ request: Request, on exchange: Exchange, _ read: @escaping Reader) {
        guard !service.isClosed else { return refuse(.shuttingDown, Answers.shuttingDown, exchange) }
        guard let facts = service.facts else {
            return refuse(.notReady, Answers.noModel(service.condition), exchange)
        }
        let body = request.body
        let rules = PlatformReading.Rules(
            schema: facts.predictionSchema, filePatterns: facts.filePatterns, memory: memory)
        let work: @Sendable () -> Result<PlatformReading, PlatformError> = {
            Result { () throws(PlatformError) in
                let request: any PlatformRequest = try read(body)
                return try PlatformReading(request, in: body, rules)
            }
        }
        guard body.count > Self.longBytes else { return begin(work(), request, exchange) }
        starter.loop.submit(work: work) { [self] result in
            if !exchange.isClientGone { begin(result, request, exchange) }
        }
    }

    private func begin(_ result: Result<PlatformReading, PlatformError>, _ request: Request, _ exchange: Exchange) {
        switch result {
        case .failure(let error):
            let reason = error.status == 503 ? Rejection.atCapacity : .invalidInput
            starter.refuse(reason, PlatformAnswers.error(error), exchange)
        case .success(let reading): begin(reading, request, exchange)
        }
    }

    private func begin(_ reading: PlatformReading, _ request: Request, _ exchange: Exchange) {
        let fields = RequestFields(request.head)
        // Several predictions come from one client, so the client doesn't show which of them will return.
        let mode = AnswerMode(waitingOn: reading.inputs.count == 1 ? exchange : nil)
        let contents = reading.inputs.map { PredictionStarter.Content(read: $0.read, body: $0.body) }
        var predictions: [NewPrediction] = []
        var isComplete = false
        defer { if !isComplete { PredictionGroup.letGo(predictions) } }
        for (index, content) in contents.enumerated() {
            let place = reading.request.place(index)
            do throws(RequestError) {
                let span = starter.span(exchange, isTraining: false)
                span?.answered(mode.responseMode)
                let links = starter.links(span, request.head, fields)
                switch try starter.admit(content, links, mode, pathID: nil, isTraining: false) {
                case .begin(let prediction): predictions.append(prediction)
                case .refuse(let response, let reason):
                    return refuse(reason, response, exchange, span, at: reason == .invalidInput ? place : nil)
                }
            } catch {
                return refuse(.invalidInput, Answers.refusal(error), exchange, at: place)
            }
        }
        isComplete = true
        if let first = contents.first(where: { $0.read.reading.unknown.count > 0 }) { starter.warn(ofUnknownIn: first) }
        PredictionGroup(predictions, of: reading.request, service, starter.context, on: exchange).begin()
    }

    private func refuse(
        _ reason: Rejection, _ response: Response, _ exchange: Exchange, _ span: PredictionSpan? = nil,
        at place: String? = nil
    ) {
        starter.refuse(reason, PlatformAnswers.translated(response, at: place), exchange, span)
    }
}

@available(*, unavailable)
extension PlatformStarter: Sendable {}
