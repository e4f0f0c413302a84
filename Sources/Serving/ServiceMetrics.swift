internal import FileTransfer
public import Metrics
internal import Predictions
internal import Workers

/// Counts about predictions since the start of the server.
public struct ServiceMetrics: Sendable {
    /// Ended predictions by status.
    public private(set) var ended = EndedCounts()
    /// How long predictions had their slot, by status. Excludes those that never had one.
    public private(set) var durations = PerEnding(Histogram(times))
    /// How long predictions waited for their first slot.
    public private(set) var queueTimes = Histogram(waits)
    /// The time from a prediction's first slot to its first output.
    public private(set) var firstOutputTimes = Histogram(times)
    /// The number of predictions per call of a batched model.
    public private(set) var batchSizes = Histogram(.whole([1, 2, 4, 8, 16, 32, 64, 128, 256]))
    /// How long the first prediction of a batch waited for the call.
    public private(set) var batchWaits = Histogram(waits)
    /// Refused predictions, in the order of ``Rejection/allCases``.
    public private(set) var rejections = Array(repeating: 0, count: Rejection.allCases.count)
    /// Output files by the outcome of their uploads, in the order of `TransferOutcome.allCases`.
    public private(set) var uploads = Array(repeating: 0, count: TransferOutcome.allCases.count)
    /// Input files by the outcome of their downloads.
    public private(set) var downloads = Array(repeating: 0, count: TransferOutcome.allCases.count)
    /// The metrics recorded by the model.
    public internal(set) var model: ModelMetrics

    private static let times = Histogram.Buckets.milliseconds([
        10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000,
    ])
    private static let waits = Histogram.Buckets.milliseconds([
        1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000,
    ])

    /// Makes counts of zero. At most this many metrics of the model are shown.
    init(modelMetricLimit: Int) {
        model = ModelMetrics(limit: modelMetricLimit)
    }

    /// A value for each status in which predictions end.
    public struct PerEnding<Value: Sendable>: Sendable {
        /// For predictions that have succeeded.
        public internal(set) var succeeded: Value
        /// For predictions that have failed.
        public internal(set) var failed: Value
        /// For predictions that were canceled.
        public internal(set) var canceled: Value

        init(_ value: Value) {
            succeeded = value
            failed = value
            canceled = value
        }
    }

    // MARK: - What happens

    mutating func slotTaken(after wait: Duration, of trace: TraceID?) {
        Self.record(wait, of: trace, in: &queueTimes)
    }

    mutating func hasOutput(after time: Duration, of trace: TraceID?) {
        Self.record(time, of: trace, in: &firstOutputTimes)
    }

    /// A prediction has ended. `time` is how long it had its slot; nil if it never had one.
    mutating func ended(_ status: Prediction.Status, after time: Duration?, of trace: TraceID?) {
        ended.count(status)
        guard let time else { return }
        switch status {
        case .succeeded: Self.record(time, of: trace, in: &durations.succeeded)
        case .failed: Self.record(time, of: trace, in: &durations.failed)
        case .canceled: Self.record(time, of: trace, in: &durations.canceled)
        case .starting, .processing: break
        }
    }

    mutating func batchBegan(size: Int, after wait: Duration) {
        batchSizes.record(size)
        batchWaits.record(wait)
    }

    mutating func rejected(_ reason: Rejection) {
        rejections[reason.index] += 1
    }

    mutating func uploaded(_ outcome: TransferOutcome) {
        uploads[outcome.index] += 1
    }

    mutating func downloaded(_ outcome: TransferOutcome) {
        downloads[outcome.index] += 1
    }

    private static func record(_ time: Duration, of trace: TraceID?, in histogram: inout Histogram) {
        if let trace {
            histogram.record(time.nanoseconds, of: trace, at: Clock.wall.nanoseconds)
        } else {
            histogram.record(time)
        }
    }
}

/// Why a request for a prediction is refused.
public enum Rejection: String, CaseIterable, Sendable {
    /// The request is invalid.
    case invalidInput = "invalid_input"
    /// The model isn't set up, or its workers keep dying.
    case notReady = "not_ready"
    /// Every slot is taken, and the queue is full.
    case atCapacity = "at_capacity"
    /// It was accepted, but no slot was free in time. It also counts as a failed prediction.
    case queueTimeout = "queue_timeout"
    /// There is no memory or disk space for its content.
    case noRoom = "no_room"
    /// The server is about to exit.
    case shuttingDown = "shutting_down"
    /// A prediction with its id is already running.
    case duplicateID = "duplicate_id"
    /// It asks for events, which the model doesn't offer, or too many readers follow the prediction.
    case noStream = "no_stream"
}

extension CaseIterable where Self: Equatable, AllCases == [Self] {
    /// The index among all cases.
    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
