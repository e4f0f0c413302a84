/// Identifies one life of a worker. The worker that replaces it has another id.
public struct WorkerID: Hashable, Comparable, Sendable {
    /// The number of the worker among those that the pool has started, from 1.
    public let number: Int

    /// Makes an id.
    public init(_ number: Int) {
        self.number = number
    }

    /// Whether the left worker was started earlier.
    public static func < (left: WorkerID, right: WorkerID) -> Bool { left.number < right.number }
}
