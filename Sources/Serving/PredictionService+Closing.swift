internal import WebhookDelivery
internal import Workers
internal import Predictions

/// The shutdown of the service, step by step; the code that shuts the server down decides when.
extension PredictionService {
    /// The progress of the shutdown, and who is notified.
    struct Closing {
        /// Whether no more predictions begin.
        var isClosed = false
        var onIdle: (() -> Void)?
        var onStopped: (() -> Void)?
    }

    /// Whether no prediction is running or waiting.
    public var isIdle: Bool { runs.isEmpty }

    /// The number of running and waiting predictions.
    public var runCount: Int { runs.count }

    /// Whether no more predictions begin.
    public var isClosed: Bool { closing.isClosed }

    /// Calls `body` whenever the last prediction has ended.
    public func whenIdle(_ body: @escaping () -> Void) {
        closing.onIdle = body
    }

    /// Ends every prediction because the grace of a shutdown is over. Those that the model has begun end with their
    /// worker, whose death brings their last output.
    public func cutOff() {
        closing.isClosed = true
        for run in inOrder {
            if case .running = run.stage { continue }
            end(run, .failed(Self.cutOff))
        }
        if !isIdle { pool.stop(within: .zero) }
    }

    /// Ends the predictions that are left after ``cutOff()`` because their worker takes too long to die.
    public func cutOffRest() {
        for run in inOrder { end(run, .failed(Self.cutOff)) }
    }

    /// Accepts no more predictions and ends the workers within `grace`; then calls `completion`.
    public func close(within grace: Duration, completion: @escaping () -> Void) {
        closing.isClosed = true
        closing.onStopped = completion
        pool.stop(within: grace)
    }

    /// Delivers the last webhooks; calls `completion` after `limit` at the latest.
    public func drainWebhooks(within limit: Duration, completion: @escaping () -> Void) {
        webhooks.drain(within: limit, completion: completion)
    }

    /// The predictions, oldest first.
    private var inOrder: [Run] {
        runs.values.sorted { $0.prediction.createdAt < $1.prediction.createdAt }
    }
}
