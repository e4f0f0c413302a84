import EventLoop
import HTTPServer
import Predictions
import Serving
import Workers

/// `GET /health-check`: whether the model is ready, and the state of its setup.
final class HealthRoute: RouteHandler {
    private let service: PredictionService
    private let versions: [(name: String, value: String)]

    init(_ service: PredictionService, _ settings: Settings) {
        self.service = service
        versions = [
            ("coglet", Coglet.version), ("git_sha", "unknown"), ("build_time", "unknown"),
            ("python_sdk", settings.versions.sdk), ("python", settings.versions.python),
        ]
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard service.condition == .ready, service.facts?.hasHealthCheck == true else {
            exchange.respond(answer(problem: nil))
            return
        }
        service.checkHealth { [self] problem in exchange.respond(answer(problem: problem)) }
    }

    private func answer(problem: String?) -> Response {
        let status = service.status
        let health = Health(status, problem: problem)
        let report = HealthReport(
            health: health, setup: status.setup, versions: versions,
            workers: status.workers.count > 1 ? status.workers.map(\.report) : [],
            problem: health == .unhealthy ? problem : nil)
        return .json(report.body)
    }
}

extension Status.Worker {
    /// The worker's part of the health check.
    fileprivate var report: HealthReport.Worker {
        HealthReport.Worker(
            index: status.index, health: health, processID: Int(status.processID), slots: slots, running: takenSlots)
    }

    private var health: Health {
        switch status.state {
        case .ready: isFree ? .ready : .busy
        case .setupFailed: .setupFailed
        case _ where status.isDefunct: .defunct
        case .idle, .waiting, .settingUp, .pausing, .ending, .stopped: .starting
        }
    }
}

@available(*, unavailable)
extension HealthRoute: Sendable {}
