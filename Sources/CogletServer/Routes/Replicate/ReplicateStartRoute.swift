import HTTPServer

/// `POST /v1/predictions`, `POST /v1/models/{owner}/{name}/predictions`: starts a prediction for Replicate's clients.
/// The model is the one that the server runs, whatever name the client uses.
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

/// A request from a Replicate client.
struct ReplicateCall {
    let api: ReplicateAPI
    /// The path's name for the model.
    let model: String?
}
