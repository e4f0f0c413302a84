import EventLoop
import HTTPServer
import Metrics
import Predictions
import Serving
import Workers

/// `GET /metrics`: the server's metrics for Prometheus.
final class MetricsRoute: RouteHandler {
    private let service: PredictionService
    private let memory: MemoryAccount
    private let operation: Operation
    private let telemetry: TelemetryExport
    private let constants: MetricsReport.Constants
    /// Set once all routes are known.
    var http: HTTPMetrics?

    init(
        _ service: PredictionService, _ settings: Settings, _ memory: MemoryAccount, _ operation: Operation,
        _ telemetry: TelemetryExport
    ) {
        self.telemetry = telemetry
        self.service = service
        self.memory = memory
        self.operation = operation
        constants = MetricsReport.Constants(
            operation: settings.pool.mode.rawValue, versions: settings.versions)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let isOpenMetrics = Self.prefersOpenMetrics(request.head.fields("accept").map(\.string))
        exchange.respond(
            Response(
                status: 200,
                contentType: isOpenMetrics
                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8",
                fields: [.init("vary", "accept")],
                body: .segment(.bytes(report.text(isOpenMetrics ? .openMetrics : .text)))))
    }

    /// The report at this moment.
    var report: MetricsReport {
        let status = service.status
        let isDraining = operation.isDraining()
        let readiness = Probe.ready.answer(
            Health(status, problem: nil), problem: nil, isDraining: isDraining)
        return MetricsReport(
            constants: constants, status: status, metrics: service.metrics, http: http, memory: memory.state,
            connections: operation.connectionCount(), isReady: readiness.status == 200,
            spans: telemetry.spanCounts)
    }

    /// Whether the `Accept` fields rank OpenMetrics at least as high as plain text.
    static func prefersOpenMetrics(_ fields: [String]) -> Bool {
        func quality(_ name: String) -> Double {
            fields.compactMap { Preferences.quality(of: name, in: $0) }.max() ?? 0
        }
        let openMetrics = quality("application/openmetrics-text")
        return openMetrics > 0 && openMetrics >= quality("text/plain")
    }
}

@available(*, unavailable)
extension MetricsRoute: Sendable {}
