public import JSON

/// Something that is wrong with a value, or with a part of it.
public struct SchemaProblem: Sendable {
    /// A step from a value to one of its parts.
    public enum Step: Sendable {
        /// To a member of an object.
        case name(String)
        /// To an item of an array.
        case index(Int)
    }

    /// The way to the part.
    public let path: [Step]
    /// What the part breaks of its schema.
    public let violation: SchemaViolation
    /// What the part is.
    public let kind: JSONValue.Kind
    /// What is wrong, in the words that clients of the server know.
    public let message: String

    /// Names and indices, joined by slashes.
    public var pathText: String {
        path.map { step in
            switch step {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }.joined(separator: "/")
    }
}
