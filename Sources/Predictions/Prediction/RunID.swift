/// Names a prediction inside the server while it is carried out: a place in a table, and a count of who had it before.
///
/// Looking one up costs an array access. Ids are never shown to clients or workers.
public struct RunID: Hashable, Sendable {
    /// The place in the table; small, and used again after the end.
    public let index: Int
    /// How often the place was used before.
    public let generation: Int

    /// Names a place.
    public init(index: Int, generation: Int = 0) {
        self.index = index
        self.generation = generation
    }
}
