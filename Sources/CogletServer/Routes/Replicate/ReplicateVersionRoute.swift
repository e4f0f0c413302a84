import HTTPServer
import JSON
import Predictions
import Serving
import Workers

/// `GET /v1/models/{owner}/{name}/versions/{version}`: the model's document, from which Replicate's Python client
/// derives the type of the output. The model is the one that the server runs, whatever name the client uses.
final class ReplicateVersionRoute: RouteHandler {
    private let service: PredictionService
    private let cogVersion: String
    private let startedAt = Clock.wall

    init(_ service: PredictionService, cogVersion: String) {
        self.service = service
        self.cogVersion = cogVersion
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let segments = id?.segments ?? []
        guard segments.count == 4, segments[2] == "versions" else { return exchange.respond(Answers.notFound) }
        guard let document = service.facts?.document else { return exchange.respond(Answers.noDocument) }
        var body = Array(#"{"cog_version":"#.utf8)
        appendJSONString(cogVersion, to: &body)
        body.append(contentsOf: #","created_at":""#.utf8)
        startedAt.append(to: &body, digits: 6)
        body.append(contentsOf: #"","id":"#.utf8)
        appendJSONString(segments[3], to: &body)
        body.append(contentsOf: #","openapi_schema":"#.utf8)
        body.append(contentsOf: document)
        body.append(UInt8(ascii: "}"))
        exchange.respond(.json(body))
    }
}
