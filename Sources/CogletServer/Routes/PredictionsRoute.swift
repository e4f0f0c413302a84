import HTTPServer

/// `POST /predictions`, `POST /trainings`: starts a prediction.
final class PredictionsRoute: RouteHandler {
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
        starter.start(request, on: exchange, id: nil, isTraining: isTraining)
    }
}
