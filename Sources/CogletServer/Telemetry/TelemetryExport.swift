import EventLoop
import OTLP
import Predictions
import Telemetry
import Workers

/// What the server sends to a collector; nothing unless the operator wants it.
///
/// Bound to the loop.
final class TelemetryExport {
    /// The spans of requests; nil if tracing is off.
    let requests: RequestSpans?
    /// Sends the server's metrics; nil if they aren't sent.
    let metrics: MetricExporter?
    private let spans: SpanExporter?

    init(on loop: EventLoop, _ settings: TelemetrySettings, _ client: OTLPSender.ServiceClient, _ log: Log) {
        metrics = settings.metrics.map { metrics in
            MetricExporter(
                on: loop, OTLPSender(on: loop, metrics.exporter, client, what: "metrics", log: log),
                every: metrics.interval, settings.resource, startedAt: Clock.wall.nanoseconds)
        }
        guard let traces = settings.traces else {
            (requests, spans) = (nil, nil)
            return
        }
        let sender = OTLPSender(on: loop, traces.exporter, client, what: "spans", log: log)
        let exporter = SpanExporter(
            on: loop, sender, SpanQueue(traces.queueLimits, traces.spanLimits), settings.resource, log)
        let tracer = Tracer(traces.sampler, header: traces.header)
        tracer.onEnded = { exporter.ended($0) }
        requests = RequestSpans(tracer)
        spans = exporter
    }

    /// Makes the server's spans; nil if tracing is off.
    var tracer: Tracer? { requests?.tracer }

    /// The numbers of spans that the collector has accepted and that were lost; nil if tracing is off.
    var spanCounts: (exported: Int, dropped: Int)? { spans?.counts }

    /// Sends what is left, and calls `completion` afterwards. The caller decides how long to wait.
    func finish(completion: @escaping () -> Void) {
        let finishMetrics = { [metrics] in
            if let metrics { metrics.finish(completion: completion) } else { completion() }
        }
        if let spans { spans.finish(completion: finishMetrics) } else { finishMetrics() }
    }

    /// Discards what is left.
    func close() {
        spans?.close()
        metrics?.close()
    }
}

@available(*, unavailable)
extension TelemetryExport: Sendable {}
