import HTTPServer
import Predictions
import WebhookDelivery

/// `GET /metrics`: figures of the server in the text format of Prometheus.
enum ServerMetrics {
    static func response(of service: PredictionService) -> Response {
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        let counts = service.endedCounts
        add(
            "cog_predictions_total", "counter", "Predictions that have ended, by status.",
            [
                ("{status=\"succeeded\"}", counts.succeeded), ("{status=\"failed\"}", counts.failed),
                ("{status=\"canceled\"}", counts.canceled),
            ])
        add("cog_predictions_running", "gauge", "Predictions that run now.", [("", service.takenSlots)])
        add("cog_predictions_queued", "gauge", "Predictions that wait for a slot.", [("", service.queue.count)])
        add(
            "cog_slots", "gauge", "Predictions that can run at a time.",
            [("", service.supervisor.facts?.concurrency ?? 0)])
        add("cog_worker_starts_total", "counter", "How often a worker was started.", [("", service.supervisor.starts)])
        add(
            "cog_webhooks_waiting", "gauge", "Predictions with webhooks still to deliver.",
            [("", service.webhooks.waitingCount)])
        return Response(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: .segment(.bytes(Array(text.utf8))))
    }

    /// How predictions have ended since the start.
    struct EndedCounts {
        var succeeded = 0
        var failed = 0
        var canceled = 0

        mutating func count(_ status: Prediction.Status) {
            switch status {
            case .succeeded: succeeded += 1
            case .failed: failed += 1
            case .canceled: canceled += 1
            case .starting, .processing: break
            }
        }
    }
}
