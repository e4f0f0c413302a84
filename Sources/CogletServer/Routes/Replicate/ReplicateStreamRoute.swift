import HTTPServer

/// `GET /v1/predictions/{id}/stream`: the events of a prediction in the form that Replicate's clients expect. The
/// prediction continues when they disconnect.
final class ReplicateStreamRoute: RouteHandler {
    private let follow: PredictionRoute

    init(_ starter: PredictionStarter) {
        follow = PredictionRoute(starter, isTraining: false)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        follow.follow(id?.text ?? "", request.head, on: exchange, dialect: .replicate)
    }
}
