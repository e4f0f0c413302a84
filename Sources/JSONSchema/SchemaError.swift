/// Why an OpenAPI document can't be used to check inputs.
public enum SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    case pattern(String, problem: String, offset: Int)
    case unknownType(String)
    case unresolved(String)
    case malformed(keyword: String)
    case endlessReference
    /// The problem is in the schema of this property.
    indirect case property(String, SchemaError)

    /// The problem as one clause for the log.
    public var description: String {
        switch self {
        case .pattern(let text, let problem, let offset):
            "the pattern \"\(text)\" can't be used: \(problem) at offset \(offset)"
        case .unknownType(let name): "there is no JSON type \"\(name)\""
        case .unresolved(let reference): "the reference \(reference) leads nowhere"
        case .endlessReference: "a schema refers to itself for the same value"
        case .property(let name, let error): "\(name): \(error)"
        case .malformed(let keyword): "the keyword \(keyword) has an invalid value"
        }
    }
}
