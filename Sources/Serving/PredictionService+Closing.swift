internal import WebhookDelivery
internal import Workers
internal import Predictions

/// The end of the service, step by step; whoever takes the server down says when.
extension PredictionService {
    /// How far the end is, and who is told.
    struct Closing {
        /// No prediction begins any more.
        var isClosed = false
        var onIdle: (() -> Void)?
        var onStopped: (() -> Void)?
    }

    /// Whether no prediction runs or waits.
    public var isIdle: Bool { runs.isEmpty }

    /// How many predictions run or wait.
    public var runCount: Int { runs.count }

    /// Whether no prediction begins any more.
    public var isClosed: Bool { closing.isClosed }

    /// Calls `body` whenever the last prediction has ended.
    public func whenIdle(_ body: @escaping () -> Void) {
        closing.onIdle = body
    }

    /// Ends every prediction, because the time of a shutdown's grace is up. Those that the model has begun end with their
    /// worker, whose death brings their last output.
    public func cutOff() {
        closing.isClosed = true
        for run in inOrder {
            if case .running = run.stage { continue }
            end(run, .failed(Self.cutOff))
        }
        if !isIdle { pool.stop(within: .zero) }
    }

    /// Ends those that are left after ``cutOff()``, because their worker takes too long to die.
    public func cutOffRest() {
        for run in inOrder { end(run, .failed(Self.cutOff)) }
    }

    /// Takes no predictions any more, and ends the workers within `grace`; then `completion` is called.
    public func close(within grace: Duration, completion: @escaping () -> Void) {
        closing.isClosed = true
        closing.onStopped = completion
        pool.stop(within: grace)
    }

    /// Delivers the last webhooks; `completion` is called after `limit` at the latest.
    public func drainWebhooks(within limit: Duration, completion: @escaping () -> Void) {
        webhooks.drain(within: limit, completion: completion)
    }

    /// The predictions, oldest first.
    private var inOrder: [Run] {
        runs.values.sorted { $0.prediction.createdAt < $1.prediction.createdAt }
    }
}
