import EventLoop
import HTTPServer
import Serving
import Workers

/// `GET /metrics`: figures of the server in the text format of Prometheus.
final class MetricsRoute: RouteHandler {
    private let service: PredictionService
    private let memory: MemoryAccount

    init(_ service: PredictionService, _ memory: MemoryAccount) {
        self.service = service
        self.memory = memory
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        exchange.respond(
            Response(
                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: .segment(.bytes(Array(Self.text(service.status, memory.state).utf8)))))
    }

    private static func text(_ status: Status, _ memory: MemoryBudget) -> String {
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        func addWorkers(_ name: String, _ type: String, _ help: String, _ value: (Status.Worker) -> Int) {
            add(name, type, help, status.workers.map { ("{worker=\"\($0.status.index)\"}", value($0)) })
        }
        add(
            "cog_predictions_total", "counter", "Predictions that have ended, by status.",
            [
                ("{status=\"succeeded\"}", status.ended.succeeded), ("{status=\"failed\"}", status.ended.failed),
                ("{status=\"canceled\"}", status.ended.canceled),
            ])
        add("cog_predictions_running", "gauge", "Predictions that run now.", [("", status.takenSlots)])
        add("cog_predictions_queued", "gauge", "Predictions that wait for a slot.", [("", status.waiting)])
        add(
            "cog_slots", "gauge", "Predictions that can run at a time.",
            [("", status.workers.reduce(0) { $0 + $1.slots })])
        add("cog_worker_starts_total", "counter", "How often a worker was started.", [("", status.workerCounts.starts)])
        add(
            "cog_worker_deaths_total", "counter", "Workers that have died, by cause.",
            DeathCertificate.Cause.allCases.map { ("{cause=\"\($0.rawValue)\"}", status.workerCounts.of($0)) })
        addWorkers("cog_worker_ready", "gauge", "Whether the worker takes predictions.") { $0.slots > 0 ? 1 : 0 }
        addWorkers("cog_worker_slots", "gauge", "Predictions that the worker can run at a time.") { $0.slots }
        addWorkers("cog_worker_predictions_running", "gauge", "Predictions that the worker runs now.") { $0.takenSlots }
        addWorkers("cog_worker_predictions_total", "counter", "Predictions that the worker has ended.") {
            $0.status.predictions
        }
        add(
            "cog_webhooks_waiting", "gauge", "Predictions with webhooks still to deliver.",
            [("", status.webhooksWaiting)])
        add("cog_memory_budget_bytes", "gauge", "What requests and webhooks may hold.", [("", memory.limitBytes)])
        add(
            "cog_memory_taken_bytes", "gauge", "What requests and webhooks hold.",
            [("{by=\"requests\"}", memory.requestBytes), ("{by=\"webhooks\"}", memory.webhookBytes)])
        return text
    }
}
