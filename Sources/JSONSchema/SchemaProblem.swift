public import JSON

/// A problem with a value or a part of it.
public struct SchemaProblem: Sendable {
    /// A step from a value to one of its parts.
    public enum Step: Sendable {
        /// To a member of an object.
        case name(String)
        /// To an item of an array.
        case index(Int)
    }

    /// The path to the part.
    public let path: [Step]
    /// The rule that the part violates.
    public let violation: SchemaViolation
    /// The type of the part.
    public let kind: JSONValue.Kind
    /// The problem, worded as the server's clients know it.
    public let message: String

    /// Names and indices, separated by slashes.
    public var pathText: String {
        path.map { step in
            switch step {
            case .name(let name): name
            case .index(let index): String(index)
            }
        }.joined(separator: "/")
    }
}
