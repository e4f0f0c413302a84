import EventLoop
import Metrics
import OTLP
import Predictions
import Telemetry
import Workers

/// Sends the server's metrics to a collector at intervals. Values that are lost are in the next message.
///
/// Bound to the loop.
final class MetricExporter {
    private let loop: EventLoop
    private let sender: OTLPSender
    private let resource: Resource
    private let interval: Duration
    private let startedAt: Int
    /// Makes the report to send; set once all routes are known.
    var report: (() -> MetricsReport)?
    private var timer: Timer?
    private var isSending = false
    private var onSent: (() -> Void)?

    init(
        on loop: EventLoop, _ sender: OTLPSender, every interval: Duration, _ resource: Resource, startedAt: Int
    ) {
        self.loop = loop
        self.sender = sender
        self.interval = interval
        self.resource = resource
        self.startedAt = startedAt
    }

    /// Starts to send metrics.
    func start() throws(EventLoopError) {
        timer = try Timer(on: loop) { [weak self] in self?.send() }
        timer?.start(after: interval, repeating: interval)
    }

    /// Sends the metrics for the last time, and calls `completion` afterwards.
    func finish(completion: @escaping () -> Void) {
        timer?.close()
        timer = nil
        onSent = { [self] in
            // The message in progress is older than this.
            onSent = completion
            send()
        }
        if !isSending { sent() }
    }

    /// Cancels the message in progress.
    func close() {
        sender.close()
    }

    private func send() {
        guard !isSending, let report = report?() else { return }
        isSending = true
        var snapshot = MetricSnapshot { MetricCatalog.isSent($0) }
        report.write(to: &snapshot)
        let (resource, time, values) = (resource, startedAt..<max(startedAt, report.moment.nanoseconds), snapshot)
        loop.submit {
            MetricMessage.bytes(values, of: resource, time: time)
        } then: { [self] message in
            sender.send(message) { [self] _ in
                isSending = false
                sent()
            }
        }
    }

    private func sent() {
        let callback = onSent
        onSent = nil
        callback?()
    }
}

@available(*, unavailable)
extension MetricExporter: Sendable {}
