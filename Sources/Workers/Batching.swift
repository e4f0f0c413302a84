internal import WorkerProtocol

/// How a model wants its predictions batched, so that one call of its method answers several of them.
public struct Batching: Equatable, Sendable {
    /// Far more than the decorator allows.
    static let longestWaitSeconds = 3600.0

    /// The maximum number of predictions per call, at least 1.
    public let size: Int
    /// How long the first prediction of a batch waits for others.
    public let wait: Duration

    /// Clamps the numbers to the decorator's limits.
    public init(size: Int, wait: Duration) {
        self.size = min(max(1, size), TokenList.limit)
        self.wait = max(.zero, wait)
    }
}
