import HTTPServer

/// `GET /v1/predictions/{id}/stream`: the events of a prediction as Replicate's clients read them. Their leaving cancels nothing.
final class ReplicateStreamRoute: RouteHandler {
    private let follow: PredictionRoute

    init(_ starter: PredictionStarter) {
        follow = PredictionRoute(starter, isTraining: false)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        follow.follow(id?.text ?? "", request.head, on: exchange, dialect: .replicate)
    }
}
