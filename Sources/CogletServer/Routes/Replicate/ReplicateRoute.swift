import HTTPServer
import Serving

/// `GET /v1/predictions/{id}`, `POST /v1/predictions/{id}/cancel`: shows a prediction to Replicate's clients, after
/// canceling it in the second case.
final class ReplicateRoute: RouteHandler {
    private let service: PredictionService
    private let api: ReplicateAPI
    private let cancels: Bool

    init(_ service: PredictionService, _ api: ReplicateAPI, cancels: Bool = false) {
        self.service = service
        self.api = api
        self.cancels = cancels
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let id = id?.text ?? ""
        if cancels, let run = service.running(id) { service.cancel(run) }
        let form = api.form(of: id, request.head)
        if let run = service.running(id), let body = service.body(of: run, showsInput: true) {
            var running = form
            running.statusOfRunning = 200
            exchange.respond(running.running(body))
        } else if let body = service.finishedBody(id) {
            exchange.respond(form.kept(body))
        } else {
            exchange.respond(Answers.unknownPrediction)
        }
    }
}
