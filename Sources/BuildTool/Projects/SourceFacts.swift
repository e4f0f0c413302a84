package import ModelSchema

/// What the source of a model tells without being run.
package struct SourceFacts: Sendable {
    /// Nil where the source doesn't tell it all. Its inputs are right; its outputs may be left open.
    package var document: ModelDocument?
    /// What is most likely wrong, each with its place.
    package var warnings: [String] = []
    /// How many predictions one process runs at a time; nil where the source doesn't tell.
    package var slots: Int?

    package init() {}
}
