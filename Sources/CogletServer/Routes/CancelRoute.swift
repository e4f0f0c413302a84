import HTTPServer
import Serving

/// `POST /predictions/{id}/cancel`, `POST /trainings/{id}/cancel`: interrupts a prediction. One that has already ended
/// needs no cancel, so the response is the same while the server remembers it.
final class CancelRoute: RouteHandler {
    private let service: PredictionService

    init(_ service: PredictionService) {
        self.service = service
    }

    var isTraced: Bool { true }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let id = id?.text ?? ""
        if let run = service.running(id) {
            exchange.respond(Answers.empty)
            service.cancel(run)
        } else {
            exchange.respond(service.remembers(id) ? Answers.empty : Answers.unknownPrediction)
        }
    }
}
