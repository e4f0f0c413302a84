internal import Glibc
public import JSON
public import Predictions
public import Telemetry
public import WorkerProtocol

/// What a worker reports or what happens to it; complete, so that no further questions are needed.
///
/// Bytes are borrowed: they are valid only during the call.
public enum WorkerEvent {
    /// The model is set up; the worker makes this many calls at a time. With `batching`, each call answers a batch.
    case ready(slots: Int, batching: Batching?)
    /// The worker has reached a recycling limit: give it no more predictions, then call ``WorkerPool/retire(_:)``.
    case due
    /// A ready worker is about to end, by itself or because it is killed: give it no more predictions.
    /// ``ended(begun:_:)`` follows.
    case ending
    /// The model, C code below it, or a process that it started has written text; nil if it belongs to no prediction.
    case printed(RunID?, UnsafeRawBufferPointer, LogSource)
    /// The model has produced a chunk of output.
    case output(RunID, ChunkText)
    /// The model has produced a file. The descriptor is nil if this process had reached its limit of open files.
    case outputFile(RunID, name: String, PassedDescriptor?)
    /// The model has recorded a metric.
    case metric(RunID, mode: String, name: String, value: JSONValue)
    /// The timing of the call that answers a prediction. The prediction's end follows.
    case timed(RunID, CallReport)
    /// The model has ended a prediction.
    case finished(RunID, Finish)
    /// A call has raised that was to answer these predictions of a batch, and possibly others that have ended. `error`
    /// is the text for a prediction's error, `traceback` for its log.
    case batchFailed([RunID], error: String, traceback: String)
    /// The worker is gone. It had begun these predictions; it never saw the others that it was sent.
    case ended(begun: Set<RunID>, DeathCertificate)

    /// How the model ended a prediction.
    public enum Finish {
        /// `whole` is the complete output if it comes in one piece; for a list, it is the text of the array.
        case succeeded(whole: ChunkText?, isList: Bool)
        /// The model raised, with this error text.
        case failed(String)
        case canceled
    }
}

/// An open descriptor that a worker sent; closed with this object unless it is taken.
public final class PassedDescriptor {
    private var descriptor: Int32?

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if let descriptor { _ = close(descriptor) }
    }

    /// The descriptor, which the caller owns from now on. Nil the second time.
    public func take() -> Int32? {
        defer { descriptor = nil }
        return descriptor
    }
}

/// What a ``WorkerPool`` reports to its owner, on the loop.
public protocol WorkerPoolDelegate: AnyObject {
    /// A worker reported something, or something happened to it.
    func worker(_ worker: WorkerID, _ event: WorkerEvent)

    /// This many workers serve or will serve again.
    func poolExpects(_ workers: Int)

    /// Every worker has ended, after ``WorkerPool/stop(within:)``.
    func poolStopped()

    /// A message for the operator.
    func poolNoted(_ notice: Notice)
}

@available(*, unavailable)
extension WorkerEvent: Sendable {}
@available(*, unavailable)
extension WorkerEvent.Finish: Sendable {}
@available(*, unavailable)
extension PassedDescriptor: Sendable {}
