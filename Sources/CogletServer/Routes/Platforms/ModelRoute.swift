import HTTPServer
import JSON
import Platforms
import Predictions
import Serving

/// What KServe's protocols say about the model: that it exists, its inputs and outputs, and whether it is ready.
final class ModelRoute: RouteHandler {
    /// The subject of a route.
    enum Subject {
        /// `GET /v1/models`: all models.
        case list
        /// `GET /v1/models/{name}` and `GET /v2/models/{name}/ready`: whether the model is ready.
        case readiness
        /// `GET /v2/models/{name}`: inputs and outputs.
        case metadata
    }

    private let subject: Subject
    private let starter: PlatformStarter
    private let model: ModelName
    private let probe: ProbeRoute

    init(_ subject: Subject, _ starter: PlatformStarter, model: ModelName, probe: ProbeRoute) {
        self.subject = subject
        self.starter = starter
        self.model = model
        self.probe = probe
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        if subject != .list, let refusal = model.refusal(of: id) { return exchange.respond(refusal) }
        switch subject {
        case .list: exchange.respond(.json(Array(#"{"models":["\#(model.text)"]}"#.utf8)))
        case .readiness: probe.respond(to: request, id: id, on: exchange)
        case .metadata: describe(on: exchange)
        }
    }

    private func describe(on exchange: Exchange) {
        if let signature = starter.signature {
            exchange.respond(.json(ModelMetadata.text(of: signature, name: model.text)))
        } else if starter.service.facts == nil {
            exchange.respond(PlatformAnswers.translated(Answers.noModel(starter.service.condition), at: nil))
        } else {
            exchange.respond(PlatformAnswers.translated(Answers.noDocument, at: nil))
        }
    }
}

@available(*, unavailable)
extension ModelRoute: Sendable {}
