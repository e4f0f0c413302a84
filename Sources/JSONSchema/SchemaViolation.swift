public import JSON

/// The rule of a schema that a value violates; one case per keyword.
public enum SchemaViolation: Equatable, Sendable {
    /// `type`, with the types that are accepted.
    case type([String])
    /// `anyOf`, with the types of its schemas.
    case anyOf([String])
    /// `oneOf`, with the number of its schemas that accept the value.
    case oneOf(accepting: Int)
    /// `not`, with its schema.
    case not(String)
    /// `const`, with the value that was expected.
    case const(String)
    /// `enum`, with the accepted values and their combined text.
    case choice([String], text: String)
    /// `minimum`
    case minimum(String)
    /// `maximum`
    case maximum(String)
    /// `exclusiveMinimum`
    case exclusiveMinimum(String)
    /// `exclusiveMaximum`
    case exclusiveMaximum(String)
    /// `multipleOf`
    case multipleOf(String)
    /// `minLength`
    case minLength(Int)
    /// `maxLength`
    case maxLength(Int)
    /// `pattern`
    case pattern(String)
    /// `minItems`
    case minItems(Int)
    /// `maxItems`
    case maxItems(Int)
    /// `uniqueItems`
    case uniqueItems
    /// `minProperties`
    case minProperties(Int)
    /// `maxProperties`
    case maxProperties(Int)
    /// `required`, with the missing name.
    case required(String)
    /// `additionalProperties`, with the unexpected name.
    case additional(String)
}

extension SchemaViolation {
    /// A message contains only the beginning of a longer value.
    private static let valueLimitBytes = 256 << 10

    /// The problem with `value`, worded as the server's clients know it.
    public func message(about value: JSONValue) -> String {
        switch self {
        case .const(let expected): return "\(expected) was expected"
        case .required(let name): return "\"\(name)\" is a required property"
        case .additional(let name): return "Additional properties are not allowed ('\(name)' was unexpected)"
        default:
            let shown = value.text(sortedKeys: true, normalizedNumbers: true, limitBytes: Self.valueLimitBytes)
            return "\(shown) \(predicate)"
        }
    }

    private var predicate: String {
        switch self {
        case .type(let types):
            "is not of type\(types.count > 1 ? "s" : "") \(types.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .anyOf: "is not valid under any of the schemas listed in the 'anyOf' keyword"
        case .oneOf(0): "is not valid under any of the schemas listed in the 'oneOf' keyword"
        case .oneOf: "is valid under more than one of the schemas listed in the 'oneOf' keyword"
        case .not(let schema): "is not allowed for \(schema)"
        case .choice(_, let text): "is not one of \(text)"
        case .minimum(let bound): "is less than the minimum of \(bound)"
        case .maximum(let bound): "is greater than the maximum of \(bound)"
        case .exclusiveMinimum(let bound): "is less than or equal to the minimum of \(bound)"
        case .exclusiveMaximum(let bound): "is greater than or equal to the maximum of \(bound)"
        case .multipleOf(let step): "is not a multiple of \(step)"
        case .minLength(let limit): "is shorter than \(Self.count(limit, "character"))"
        case .maxLength(let limit): "is longer than \(Self.count(limit, "character"))"
        case .pattern(let text): "does not match \"\(text)\""
        case .minItems(let limit): "has less than \(Self.count(limit, "item"))"
        case .maxItems(let limit): "has more than \(Self.count(limit, "item"))"
        case .uniqueItems: "has non-unique elements"
        case .minProperties(let limit): "has less than \(limit == 1 ? "1 property" : "\(limit) properties")"
        case .maxProperties(let limit): "has more than \(limit == 1 ? "1 property" : "\(limit) properties")"
        case .const, .required, .additional: ""
        }
    }

    private static func count(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }
}
