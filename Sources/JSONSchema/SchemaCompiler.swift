internal import JSON

/// Turns a schema of an OpenAPI document into a ``SchemaNode``.
struct SchemaCompiler {
    private let components: JSONValue?
    private var compiled: [ExactString: SchemaNode] = [:]

    init(document: JSONValue) {
        components = document["components"]?["schemas"]
    }

    /// The node of a component; nil if there is none with that name.
    mutating func component(_ name: String) throws(SchemaError) -> SchemaNode? {
        if let known = compiled[ExactString(name)] { return known }
        guard let schema = components?[name] else { return nil }
        let node = SchemaNode()
        compiled[ExactString(name)] = node  // Registered before it is filled, because it may refer to itself.
        try fill(node, from: schema)
        return node
    }

    /// Refuses schemas that check a value by checking the same value again, endlessly.
    static func refuseEndlessReferences(from root: SchemaNode) throws(SchemaError) {
        var finished: Set<ObjectIdentifier> = []
        var path: Set<ObjectIdentifier> = []
        var waiting = [root]
        while let node = waiting.popLast() {
            try follow(node, path: &path, finished: &finished, parts: &waiting)
        }
    }

    private static func follow(
        _ node: SchemaNode, path: inout Set<ObjectIdentifier>, finished: inout Set<ObjectIdentifier>,
        parts: inout [SchemaNode]
    ) throws(SchemaError) {
        let id = ObjectIdentifier(node)
        guard !finished.contains(id) else { return }
        guard path.insert(id).inserted else { throw .endlessReference }
        for next in node.inPlace { try follow(next, path: &path, finished: &finished, parts: &parts) }
        path.remove(id)
        finished.insert(id)
        parts += node.inside
    }

    /// The node of a schema that may refer to components.
    mutating func node(_ schema: JSONValue) throws(SchemaError) -> SchemaNode {
        let node = SchemaNode()
        try fill(node, from: schema)
        return node
    }

    private mutating func nodes(_ value: JSONValue, _ keyword: String) throws(SchemaError) -> [SchemaNode] {
        guard value.kind == .array else { throw .malformed(keyword: keyword) }
        var nodes: [SchemaNode] = []
        try value.forEachElement { (schema) throws(SchemaError) in nodes.append(try node(schema)) }
        return nodes
    }

    private mutating func fill(_ node: SchemaNode, from schema: JSONValue) throws(SchemaError) {
        // `true` and `{}` accept everything, `false` nothing.
        if schema.bool == false {
            node.keywords.insert("not")
            node.not = SchemaNode()
            node.notText = "{}"
        }
        try schema.forEachMember { (keyword, value) throws(SchemaError) in
            try fill(node, keyword, value)
        }
        // The form of OpenAPI 3.0: a flag next to the bound.
        if schema["exclusiveMinimum"]?.bool == true {
            (node.exclusiveMinimum, node.minimum) = (node.minimum, nil)
        }
        if schema["exclusiveMaximum"]?.bool == true {
            (node.exclusiveMaximum, node.maximum) = (node.maximum, nil)
        }
    }

    private mutating func fill(_ node: SchemaNode, _ keyword: String, _ value: JSONValue) throws(SchemaError) {
        node.keywords.insert(keyword)
        switch keyword {
        case "$ref": node.reference = try reference(value)
        case "type": node.types = try types(value)
        case "nullable": node.isNullable = value.bool == true
        case "enum":
            guard value.kind == .array else { throw .malformed(keyword: keyword) }
            node.choices = value.elements
            node.choicesText = value.text(sortedKeys: true)
        case "const": node.constant = value
        case "minimum": node.minimum = try bound(value, keyword)
        case "maximum": node.maximum = try bound(value, keyword)
        case "exclusiveMinimum": if value.bool == nil { node.exclusiveMinimum = try bound(value, keyword) }
        case "exclusiveMaximum": if value.bool == nil { node.exclusiveMaximum = try bound(value, keyword) }
        case "multipleOf": node.multipleOf = try bound(value, keyword)
        case "minLength": node.minLength = try count(value, keyword)
        case "maxLength": node.maxLength = try count(value, keyword)
        case "pattern":
            guard let text = value.string else { throw .malformed(keyword: keyword) }
            node.pattern = try SchemaPattern(text)
        case "allOf": node.all = try nodes(value, keyword)
        case "anyOf": node.any = try nodes(value, keyword)
        case "oneOf": node.one = try nodes(value, keyword)
        case "not":
            node.not = try self.node(value)
            node.notText = value.text(sortedKeys: true)
        default: try fillContainer(node, keyword, value)
        }
    }

    private mutating func fillContainer(
        _ node: SchemaNode, _ keyword: String, _ value: JSONValue
    ) throws(SchemaError) {
        switch keyword {
        case "items": node.items = try self.node(value)
        case "prefixItems": node.prefixItems = try nodes(value, keyword)
        case "minItems": node.minItems = try count(value, keyword)
        case "maxItems": node.maxItems = try count(value, keyword)
        case "uniqueItems": node.hasUniqueItems = value.bool == true
        case "properties":
            try value.forEachMember { (name, schema) throws(SchemaError) in
                node.propertyIndex[ExactString(name)] = node.properties.count
                do throws(SchemaError) {
                    node.properties.append((name, try self.node(schema)))
                } catch {
                    throw .property(name, error)
                }
            }
        case "required":
            guard value.kind == .array else { throw .malformed(keyword: keyword) }
            node.required = value.elements.compactMap(\.string).map { ExactString($0) }
        case "additionalProperties":
            node.allowsOthers = value.bool != false
            if value.kind == .object { node.others = try self.node(value) }
        case "propertyNames": node.names = try self.node(value)
        case "minProperties": node.minProperties = try count(value, keyword)
        case "maxProperties": node.maxProperties = try count(value, keyword)
        // Annotations, `format`, and unknown keywords check nothing.
        default: node.keywords.remove(keyword)
        }
    }

    private mutating func reference(_ value: JSONValue) throws(SchemaError) -> SchemaNode {
        let prefix = "#/components/schemas/"
        guard let text = value.string else { throw .malformed(keyword: "$ref") }
        guard text.hasPrefix(prefix), let node = try component(String(text.dropFirst(prefix.count))) else {
            throw .unresolved(text)
        }
        return node
    }

    private func types(_ value: JSONValue) throws(SchemaError) -> [SchemaNode.TypeName] {
        let names = value.kind == .array ? value.elements.map(\.string) : [value.string]
        var types: [SchemaNode.TypeName] = []
        for name in names {
            guard let name else { throw .malformed(keyword: "type") }
            guard let type = SchemaNode.TypeName(rawValue: name) else { throw .unknownType(name) }
            types.append(type)
        }
        return types
    }

    private func bound(_ value: JSONValue, _ keyword: String) throws(SchemaError) -> SchemaNode.Bound {
        guard let number = value.double else { throw .malformed(keyword: keyword) }
        return .init(value: number, integer: value.int, text: value.text())
    }

    private func count(_ value: JSONValue, _ keyword: String) throws(SchemaError) -> Int {
        guard let number = value.double, number >= 0, number < 1e15 else { throw .malformed(keyword: keyword) }
        return Int(number)
    }
}
