public import Predictions
public import WorkerProtocol
public import Workers

/// Receives what the service reports to the operator.
public protocol ServiceLog: AnyObject {
    /// Whether to log lines about each prediction; false avoids the cost of making them.
    var showsPredictions: Bool { get }

    /// A prediction has begun.
    func predictionBegan(_ id: String)
    /// A prediction was asked to cancel.
    func predictionCanceled(_ id: String)
    /// A prediction has exceeded its time limit.
    func predictionTimedOut(_ id: String)
    /// A call that was to answer `count` predictions has raised. Most of them will still succeed, so only the log
    /// mentions the failure.
    func batchFailed(_ count: Int, error: String, traceback: String)
    /// A prediction has ended.
    func predictionEnded(_ prediction: Prediction)
    /// The model has written text, for the prediction with this id.
    func predictionPrinted(_ text: UnsafeRawBufferPointer, _ id: String, _ source: LogSource)
    /// The model has written text that belongs to no prediction.
    func modelPrinted(_ text: UnsafeRawBufferPointer)
    /// Something happened to a worker.
    func noted(_ notice: Notice)
    /// The state of the workers has changed; `isReady` says whether one is ready.
    func workersChanged(isReady: Bool)
    /// A webhook was not delivered.
    func webhookFailed(_ text: String)
    /// The service itself can't do something.
    func failed(_ text: String)
}
