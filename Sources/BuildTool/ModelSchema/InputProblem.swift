import JSON
import JSONSchema

/// What is wrong with an input, in the words of the build tool.
package enum InputProblem: Equatable, Sendable {
    /// A member that must be there; by its path.
    case missing(String)
    /// A value that doesn't fit, by its path, and the keyword of the schema that says so where it isn't the type.
    case invalid(String, String, keyword: String? = nil)

    /// The first problem of a value that is called `path`: that of the value before those of its parts, these in the order of
    /// their names.
    static func first(of problems: [SchemaProblem], path: String) -> InputProblem? {
        problems.min { left, right in
            isBefore(left.path[...], right.path[...]) ?? (left.violation.rank < right.violation.rank)
        }
        .map { InputProblem($0, path: path) }
    }

    private init(_ problem: SchemaProblem, path: String) {
        let names = problem.path.compactMap { if case .name(let name) = $0 { name } else { nil } }
        let path = ([path] + names).joined(separator: ".")
        switch problem.violation {
        case .required(let name): self = .missing(path + "." + name)
        case _ where problem.kind == .null: self = .invalid(path, "must not be null")
        default:
            let text = problem.violation.text(about: problem.kind)
            self = .invalid(path, text, keyword: problem.violation.keyword)
        }
    }

    /// Nil for the same place.
    private static func isBefore(_ left: ArraySlice<SchemaProblem.Step>, _ right: ArraySlice<SchemaProblem.Step>)
        -> Bool?
    {
        guard let first = left.first else { return right.isEmpty ? nil : true }
        guard let second = right.first else { return false }
        switch (first, second) {
        case (.index(let one), .index(let other)) where one != other: return one < other
        case (.name(let one), .name(let other)) where ExactString(one) != ExactString(other):
            return ExactString(one) < ExactString(other)
        default: return isBefore(left.dropFirst(), right.dropFirst())
        }
    }
}

extension InputProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "missing required input \"\(path)\""
        case .invalid(let path, let text, _): "invalid input \"\(path)\": \(text)"
        }
    }
}

extension SchemaViolation {
    /// Which of several violations of one value is reported: the one with the smallest rank.
    fileprivate var rank: Int {
        switch self {
        case .anyOf, .oneOf: 0
        case .choice, .const: 1
        case .type: 2
        default: 3
        }
    }

    /// The keyword, where it isn't the type.
    fileprivate var keyword: String? {
        switch self {
        case .type, .anyOf: nil
        case .oneOf: "oneOf"
        case .not: "not"
        case .const: "const"
        case .choice: "enum"
        case .minimum: "minimum"
        case .maximum: "maximum"
        case .exclusiveMinimum: "exclusiveMinimum"
        case .exclusiveMaximum: "exclusiveMaximum"
        case .multipleOf: "multipleOf"
        case .minLength: "minLength"
        case .maxLength: "maxLength"
        case .pattern: "pattern"
        case .minItems: "minItems"
        case .maxItems: "maxItems"
        case .uniqueItems: "uniqueItems"
        case .minProperties: "minProperties"
        case .maxProperties: "maxProperties"
        case .required: "required"
        case .additional: "additionalProperties"
        }
    }

    fileprivate func text(about kind: JSONValue.Kind) -> String {
        switch self {
        case .type(let types), .anyOf(let types): "expected \(Self.list(types)), got \(Self.name(kind))"
        case .oneOf(0): "must fit one of the schemas of oneOf"
        case .oneOf(let count): "must fit only one of the schemas of oneOf, fits \(count)"
        case .not(let schema): "must not fit \(schema)"
        case .const(let expected): "must be \(expected)"
        case .choice(let choices, _): "must be one of: \(choices.joined(separator: ", "))"
        case .minimum(let bound): "number must be at least \(bound)"
        case .maximum(let bound): "number must be at most \(bound)"
        case .exclusiveMinimum(let bound): "number must be more than \(bound)"
        case .exclusiveMaximum(let bound): "number must be less than \(bound)"
        case .multipleOf(let step): "number must be a multiple of \(step)"
        case .minLength(let limit): "minimum string length is \(limit)"
        case .maxLength(let limit): "maximum string length is \(limit)"
        case .pattern(let pattern): "string doesn't match the regular expression \"\(pattern)\""
        case .minItems(let limit): "minimum number of items is \(limit)"
        case .maxItems(let limit): "maximum number of items is \(limit)"
        case .uniqueItems: "items must be unique"
        case .minProperties(let limit): "minimum number of properties is \(limit)"
        case .maxProperties(let limit): "maximum number of properties is \(limit)"
        case .required(let name): "\"\(name)\" is missing"
        case .additional(let name): "property \"\(name)\" is not allowed"
        }
    }

    /// What a value is called in messages: JSON itself knows one kind of number only.
    private static func name(_ kind: JSONValue.Kind) -> String {
        switch kind {
        case .null: "null"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func list(_ types: [String]) -> String {
        guard types.count > 1 else { return types.first ?? "another type" }
        return types.dropLast().joined(separator: ", ") + " or " + (types.last ?? "")
    }
}
