import HTTPServer
import Serving
import Workers

/// `GET /openapi.json`: the model's document with the server's additions, unless the original document is wanted.
final class DocumentRoute: RouteHandler {
    private let service: PredictionService
    private let form: DocumentForm
    private let mode: PoolSettings.Mode
    private let platforms: PlatformSettings
    /// The document, and the facts that it was made from, which a new worker may replace.
    private var made: (facts: ModelFacts, document: [UInt8])?

    init(
        _ service: PredictionService, _ form: DocumentForm, mode: PoolSettings.Mode, platforms: PlatformSettings
    ) {
        self.service = service
        self.form = form
        self.mode = mode
        self.platforms = platforms
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard let facts = service.facts, let document = facts.document else {
            return exchange.respond(Answers.noDocument)
        }
        guard form == .extended else { return exchange.respond(.json(document)) }
        if made?.facts !== facts {
            made = (facts, DocumentAdditions.extended(document, mode: mode, platforms: platforms))
        }
        exchange.respond(.json(made?.document ?? document))
    }
}

/// The form of the OpenAPI document.
enum DocumentForm: String, CaseIterable {
    case extended, original
}
