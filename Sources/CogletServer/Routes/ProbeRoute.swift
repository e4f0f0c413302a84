import HTTPServer
import Predictions
import Serving
import Workers

/// `GET /livez`, `/startupz`, and `/readyz`: whether a probe passes, by status, and why not, in the body.
final class ProbeRoute: RouteHandler {
    private let probe: Probe
    private let service: PredictionService
    private let isDraining: () -> Bool

    init(_ probe: Probe, _ service: PredictionService, isDraining: @escaping () -> Bool) {
        self.probe = probe
        self.service = service
        self.isDraining = isDraining
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        // The others don't depend on what the model says of itself.
        guard probe == .ready, !isDraining(), service.condition == .ready, service.facts?.hasHealthCheck == true else {
            answer(problem: nil, exchange)
            return
        }
        service.checkHealthForProbe { [self] problem in answer(problem: problem, exchange) }
    }

    private func answer(problem: String?, _ exchange: Exchange) {
        let answer = probe.answer(Health(service.status, problem: problem), problem: problem, isDraining: isDraining())
        exchange.respond(.json(answer.body, status: answer.status))
    }
}

extension Health {
    /// Where the model stands. `problem` is what its own health check has found.
    init(_ status: Status, problem: String?) {
        self =
            switch status.condition {
            case .starting: .starting
            case .setupFailed: .setupFailed
            case .defunct: .defunct
            case .ready: problem != nil ? .unhealthy : status.freeSlots > 0 ? .ready : .busy
            }
    }
}

@available(*, unavailable)
extension ProbeRoute: Sendable {}
