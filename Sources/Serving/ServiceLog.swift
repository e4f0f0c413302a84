public import Predictions
public import WorkerProtocol
public import Workers

/// What the service tells the operator.
public protocol ServiceLog: AnyObject {
    /// Whether lines about each prediction are wanted; false spares making them.
    var showsPredictions: Bool { get }

    /// A prediction has begun.
    func predictionBegan(_ id: String)
    /// A prediction is to be canceled.
    func predictionCanceled(_ id: String)
    /// A prediction runs into its time limit.
    func predictionTimedOut(_ id: String)
    /// A call that was to answer so many predictions has raised; most of them will succeed all the same, so nothing but the
    /// log tells of it.
    func batchFailed(_ count: Int, error: String, traceback: String)
    /// A prediction has ended.
    func predictionEnded(_ prediction: Prediction)
    /// The model has written text, for the prediction with this id.
    func predictionPrinted(_ text: UnsafeRawBufferPointer, _ id: String, _ source: LogSource)
    /// The model has written text that belongs to no prediction.
    func modelPrinted(_ text: UnsafeRawBufferPointer)
    /// Something has happened to a worker.
    func noted(_ notice: Notice)
    /// Something has changed about the workers; `isReady` says whether one is ready.
    func workersChanged(isReady: Bool)
    /// A webhook was not delivered.
    func webhookFailed(_ text: String)
    /// The service itself can't do something.
    func failed(_ text: String)
}
