import HTTPServer
import Serving
import Workers

/// `GET /openapi.json`: the model's document, with what the server adds to it unless the original's is wanted.
final class DocumentRoute: RouteHandler {
    private let service: PredictionService
    private let form: DocumentForm
    private let mode: PoolSettings.Mode
    /// The document for the facts it was made of, which a new worker may replace.
    private var made: (facts: ModelFacts, document: [UInt8])?

    init(_ service: PredictionService, _ form: DocumentForm, mode: PoolSettings.Mode) {
        self.service = service
        self.form = form
        self.mode = mode
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard let facts = service.facts, let document = facts.document else {
            return exchange.respond(Answers.noDocument)
        }
        guard form == .extended else { return exchange.respond(.json(document)) }
        if made?.facts !== facts { made = (facts, DocumentAdditions.extended(document, mode: mode)) }
        exchange.respond(.json(made?.document ?? document))
    }
}

/// Which document the server shows.
enum DocumentForm: String, CaseIterable {
    case extended, original
}
