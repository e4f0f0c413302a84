internal import Predictions
internal import Telemetry
internal import WebhookDelivery
internal import Workers

/// Sends the webhooks of a prediction.
final class WebhookFollower: Follower {
    let seesOutput: Bool
    private let session: WebhookSession

    /// Nil if the request names no receiver.
    init?(of run: Run, sender: WebhookSender) {
        let request = run.request.envelope
        guard let url = request.webhook, !url.isEmpty else { return nil }
        let prediction = run.prediction
        // Each webhook shows the output so far.
        seesOutput = request.webhookEvents.contains { $0 == .output || $0 == .logs }
        session = sender.makeSession(
            url: url, events: Set(request.webhookEvents.compactMap { WebhookEvent(rawValue: $0.rawValue) }),
            predictionID: prediction.id, fields: run.request.trace?.webhookFields ?? [],
            noting: run.span.map(Self.noting)
        ) { isTerminal in prediction.body(asRunning: !isTerminal).pieces }
    }

    private static func noting(_ span: PredictionSpan) -> () -> (WebhookReport) -> Void {
        {
            let start = Clock.wall.nanoseconds
            return { report in
                span.webhookSent(
                    isTerminal: report.isTerminal, status: report.status, error: report.error, from: start,
                    at: Clock.wall.nanoseconds)
            }
        }
    }

    var kind: FollowerKind { .webhook }

    func happened(_ event: RunEvent) {
        switch event.kind {
        case .started: session.record(.start)
        case .output: session.record(.output)
        case .logs: session.record(.logs)
        case .metric: break
        }
    }

    func ended(_ end: RunEnd) {
        session.record(.completed)
    }
}

@available(*, unavailable)
extension WebhookFollower: Sendable {}
