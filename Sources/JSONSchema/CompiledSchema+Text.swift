internal import JSON

/// The meaning of plain texts, which forms and query strings use instead of JSON.
extension CompiledSchema {
    /// The JSON value that a text stands for as the member `name` of an object: a boolean, number, list, or object if
    /// the schema accepts it, otherwise a string. A list of one item needn't be written as JSON.
    public func json(of text: String, named name: String) -> [UInt8] {
        guard let node = node(named: name) else { return Self.quoted(text) }
        let types = Self.types(of: node)
        if types.contains(.array), !types.contains(.string), Self.value(of: text)?.kind != .array {
            return Array("[".utf8) + Self.json(of: text, Self.items(of: node)) + Array("]".utf8)
        }
        return Self.json(of: text, node)
    }

    /// The same for an item of a list.
    public func json(ofItem text: String, named name: String) -> [UInt8] {
        Self.json(of: text, node(named: name).flatMap { Self.items(of: $0) })
    }

    private static func json(of text: String, _ node: SchemaNode?) -> [UInt8] {
        guard let node else { return quoted(text) }
        let types = Self.types(of: node)
        let takesText = types.isEmpty || types.contains(.string)
        if let value = Self.value(of: text), isMeant(value.kind, types) {
            var validator = SchemaValidator()
            validator.check(value, node)
            if !takesText || validator.problems.isEmpty { return Array(text.utf8) }
        }
        return quoted(text)
    }

    /// Whether the schema accepts the JSON value that a text spells. Quotes belong to the text.
    private static func isMeant(_ kind: JSONValue.Kind, _ types: Set<SchemaNode.TypeName>) -> Bool {
        switch kind {
        case .string: false
        case .null: types.contains(.null) && !types.contains(.string)
        case .integer, .number: types.contains(.integer) || types.contains(.number)
        case .boolean, .array, .object: types.contains(typeName(of: kind))
        }
    }

    /// The text as JSON, if it is.
    private static func value(of text: String) -> JSONValue? {
        // Most texts aren't JSON, so a failure is expected.
        try? JSONDocument.parsing(text).root
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        appendJSONString(text, to: &output)
        return output
    }

    /// The types that a schema accepts, over all members of unions; for choices, the types of their values. Empty if it
    /// doesn't say.
    private static func types(of node: SchemaNode, depth: Int = 0) -> Set<SchemaNode.TypeName> {
        guard depth < 16 else { return [] }
        var types = Set(node.types)
        if node.isNullable, !types.isEmpty { types.insert(.null) }
        for value in (node.choices ?? []) + [node.constant].compactMap(\.self) {
            types.insert(typeName(of: value.kind))
        }
        if types.isEmpty {
            for part in node.all + node.any + node.one + [node.reference].compactMap(\.self) {
                types.formUnion(Self.types(of: part, depth: depth + 1))
            }
        }
        return types
    }

    private static func typeName(of kind: JSONValue.Kind) -> SchemaNode.TypeName {
        switch kind {
        case .null: .null
        case .boolean: .boolean
        case .integer: .integer
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The schema for the items of a list, found in any member of a union.
    private static func items(of node: SchemaNode) -> SchemaNode? { items(of: node, depth: 0) }

    private static func items(of node: SchemaNode, depth: Int) -> SchemaNode? {
        guard depth < 16 else { return nil }
        if let items = node.items { return items }
        let parts = node.all + node.any + node.one + [node.reference].compactMap(\.self)
        return parts.lazy.compactMap { items(of: $0, depth: depth + 1) }.first
    }
}
