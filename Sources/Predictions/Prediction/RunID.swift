/// Identifies a prediction inside the server while it runs: a place in a table, and a count of the place's earlier
/// users.
///
/// A lookup costs one array access. Clients and workers never see these ids.
public struct RunID: Hashable, Sendable {
    /// The place in the table; small, and reused after the end.
    public let index: Int
    /// How often the place was used before.
    public let generation: Int

    /// Makes an id.
    public init(index: Int, generation: Int = 0) {
        self.index = index
        self.generation = generation
    }
}
