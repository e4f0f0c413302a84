internal import JSON

/// A schema in the form used for checking: every keyword is read once.
///
/// A class, because schemas refer to one another, even in cycles. It doesn't change once compiled, so any thread may
/// read it.
final class SchemaNode: @unchecked Sendable {
    /// The types of JSON Schema; `integer` is a number without a fraction.
    enum TypeName: String, Sendable {
        case null, boolean, integer, number, string, array, object
    }

    /// A bound on a number, with its spelling for messages.
    struct Bound: Sendable {
        let value: Double
        /// The bound itself when it is an integer, since a double is exact only up to 2^53.
        let integer: Int?
        let text: String
    }

    /// The keywords of the schema, except those that check nothing.
    var keywords: Set<String> = []
    var types: [TypeName] = []
    var isNullable = false
    var choices: [JSONValue]?
    var choicesText = ""
    var constant: JSONValue?
    var minimum: Bound?
    var maximum: Bound?
    var exclusiveMinimum: Bound?
    var exclusiveMaximum: Bound?
    var multipleOf: Bound?
    var minLength: Int?
    var maxLength: Int?
    var pattern: SchemaPattern?
    var minItems: Int?
    var maxItems: Int?
    var hasUniqueItems = false
    var prefixItems: [SchemaNode] = []
    var items: SchemaNode?
    var properties: [(name: String, node: SchemaNode)] = []
    var propertyIndex: [ExactString: Int] = [:]
    var required: [ExactString] = []
    var allowsOthers = true
    var others: SchemaNode?
    /// The schema for the names of an object's members, as strings.
    var names: SchemaNode?
    var minProperties: Int?
    var maxProperties: Int?
    var all: [SchemaNode] = []
    var any: [SchemaNode] = []
    var one: [SchemaNode] = []
    var not: SchemaNode?
    var notText = ""
    var reference: SchemaNode?

    /// The accepted types, from this schema or the one it refers to.
    var typeNames: [String] {
        types.isEmpty ? (all + [reference].compactMap { $0 }).flatMap(\.typeNames) : types.map(\.rawValue)
    }

    /// The schemas that check the same value as this one.
    var inPlace: [SchemaNode] {
        all + any + one + [not, reference].compactMap { $0 }
    }

    /// The schemas that check parts of the value.
    var inside: [SchemaNode] {
        prefixItems + properties.map(\.node) + [items, others, names].compactMap { $0 }
    }
}
