internal import JSON

/// What plain texts mean, which forms and query strings have in the place of JSON.
extension CompiledSchema {
    /// Whether a list may stand as the member `name` of an object.
    public func takesList(named name: String) -> Bool {
        node(named: name).map { Self.types(of: $0).contains(.array) } ?? false
    }

    /// The JSON text of the value that a text stands for as the member `name` of an object: a boolean, a number, a list, or
    /// an object where the schema takes it, otherwise a string. Lists of one item needn't be written as JSON.
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

    /// Whether a text that is JSON of some kind means that, as the schema takes it. Quotes belong to the text.
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
        // Most texts are none, which is why they can fail.
        try? JSONDocument.parsing(text).root
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        appendJSONString(text, to: &output)
        return output
    }

    /// The types that a schema takes, over all members of unions; of choices, those of the values. None if it doesn't say.
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

    /// What the items of a list follow, in whatever member of a union lists are.
    private static func items(of node: SchemaNode) -> SchemaNode? { items(of: node, depth: 0) }

    private static func items(of node: SchemaNode, depth: Int) -> SchemaNode? {
        guard depth < 16 else { return nil }
        if let items = node.items { return items }
        let parts = node.all + node.any + node.one + [node.reference].compactMap(\.self)
        return parts.lazy.compactMap { items(of: $0, depth: depth + 1) }.first
    }
}
