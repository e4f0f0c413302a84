/// Counts the output files that are open in the server, and tells when the worker has to wait.
struct OutputFiles {
    /// How many may be open before the worker waits.
    let limit: Int
    private(set) var count = 0

    /// Nothing is open yet.
    init(limit: Int) {
        self.limit = limit
    }

    /// A file came from the worker.
    ///
    /// - Returns: whether the worker has to wait from now on.
    mutating func opened() -> Bool {
        count += 1
        return count >= limit
    }

    /// A file was encoded or uploaded, or its prediction has ended.
    ///
    /// - Returns: whether the worker may go on.
    mutating func closed() -> Bool {
        count -= 1
        return count == limit - 1
    }
}
