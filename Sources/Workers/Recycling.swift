/// Decides which worker is recycled when: those that have reached a limit, one at a time.
///
/// A value. A worker is due only while all others are ready, so recycling never takes more than one from the pool.
public struct Recycling: Sendable {
    /// The limits after which a worker is recycled.
    public struct Limits: Equatable, Sendable {
        /// The maximum number of predictions; nil for any number.
        public var predictions: Int?
        /// The maximum memory, in bytes, that a worker may hold after a prediction; nil for any size.
        public var residentBytes: Int?

        /// No limits.
        public init() {}
    }

    /// The shortest time between two checks of a worker's memory.
    public static let sizeInterval = Duration.milliseconds(250)

    private let limits: Limits
    private var counts: [WorkerID: Int] = [:]
    private var measuredAt: [WorkerID: Duration] = [:]
    private var waiting: [WorkerID] = []
    private var current: WorkerID?

    /// Makes a policy before the first prediction.
    public init(limits: Limits) {
        self.limits = limits
    }

    /// Whether any limit is set.
    public var isNeeded: Bool { limits != Limits() }

    /// A worker has ended a prediction. `residentBytes` is called only if it matters, and not too often.
    public mutating func predictionEnded(by worker: WorkerID, at now: Duration, residentBytes: () -> Int?) {
        guard current != worker, !waiting.contains(worker) else { return }
        if let limit = limits.predictions {
            counts[worker, default: 0] += 1
            if counts[worker, default: 0] >= limit { waiting.append(worker) }
        }
        guard let limit = limits.residentBytes, !waiting.contains(worker) else { return }
        if let last = measuredAt[worker], now - last < Self.sizeInterval { return }
        measuredAt[worker] = now
        if let bytes = residentBytes(), bytes > limit { waiting.append(worker) }
    }

    /// The worker that is due now, reported once; `areAllReady` says whether the pool is complete.
    public mutating func next(areAllReady: Bool) -> WorkerID? {
        guard current == nil, areAllReady, !waiting.isEmpty else { return nil }
        current = waiting.removeFirst()
        return current
    }

    /// A worker is gone, for whatever reason.
    public mutating func died(_ worker: WorkerID) {
        counts[worker] = nil
        measuredAt[worker] = nil
        waiting.removeAll { $0 == worker }
        if current == worker { current = nil }
    }
}
