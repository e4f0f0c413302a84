/// Which worker is recycled when: those that have done their share or have grown too large, one at a time.
///
/// A value. A worker is due only while every other one is ready, so that the pool never lacks more than one for this reason.
public struct Recycling: Sendable {
    /// What a worker may do and take before it is recycled.
    public struct Limits: Equatable, Sendable {
        /// How many predictions it may run; nil for any number.
        public var predictions: Int?
        /// How much memory it may hold when a prediction has ended, in bytes; nil for any size.
        public var residentBytes: Int?

        /// No limits.
        public init() {}
    }

    /// How long a worker's memory is not looked at again.
    public static let sizeInterval = Duration.milliseconds(250)

    private let limits: Limits
    private var counts: [WorkerID: Int] = [:]
    private var measuredAt: [WorkerID: Duration] = [:]
    private var waiting: [WorkerID] = []
    private var current: WorkerID?

    /// Nothing has run yet.
    public init(limits: Limits) {
        self.limits = limits
    }

    /// Whether there is anything to watch.
    public var isNeeded: Bool { limits != Limits() }

    /// A worker has ended a prediction. `residentBytes` is asked only when it matters, and not too often.
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

    /// The worker whose turn it is now, once; `areAllReady` says whether the pool lacks no worker.
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
