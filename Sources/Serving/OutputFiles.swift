/// Counts the output files that are open in the server, and decides when the worker has to wait.
struct OutputFiles {
    /// How many may be open before the worker waits.
    let limit: Int
    private(set) var count = 0

    /// Makes a count of zero.
    init(limit: Int) {
        self.limit = limit
    }

    /// A file came from the worker.
    ///
    /// - Returns: Whether the worker has to wait from now on.
    mutating func opened() -> Bool {
        count += 1
        return count >= limit
    }

    /// A file was encoded or uploaded, or its prediction has ended.
    ///
    /// - Returns: Whether the worker may continue.
    mutating func closed() -> Bool {
        count -= 1
        return count == limit - 1
    }
}
