internal import WorkerProtocol

/// How a model wants its predictions gathered, so that one call of its method answers several of them.
public struct Batching: Equatable, Sendable {
    /// Far beyond what the decorator allows.
    static let longestWaitSeconds = 3600.0

    /// How many predictions one call answers at most, at least 1.
    public let size: Int
    /// How long the first of a batch waits for others.
    public let wait: Duration

    /// Brings the numbers into the limits that the decorator has too.
    public init(size: Int, wait: Duration) {
        self.size = min(max(1, size), TokenList.limit)
        self.wait = max(.zero, wait)
    }
}
