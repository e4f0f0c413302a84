import HTTPServer

/// `POST /v1/predictions`, `POST /v1/models/{owner}/{name}/predictions`: begins a prediction as Replicate's clients do. The
/// model is the one that the server runs, whatever it is called.
final class ReplicateStartRoute: RouteHandler {
    private let starter: PredictionStarter
    private let api: ReplicateAPI

    init(_ starter: PredictionStarter, _ api: ReplicateAPI) {
        self.starter = starter
        self.api = api
    }

    var isTraced: Bool { true }

    func bodyReader() -> (any BodyReader)? { starter.bodyReader(isTraining: false) }

    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void> {
        starter.uploads.decide(on: head, contentType: contentType)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        starter.start(
            request, on: exchange, id: nil, isTraining: false,
            dialect: .replicate(ReplicateCall(api: api, model: id?.text)))
    }
}

/// A request of a client of Replicate.
struct ReplicateCall {
    let api: ReplicateAPI
    /// What its path calls the model.
    let model: String?
}
