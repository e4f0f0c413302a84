internal import JSON

/// Turns ``SchemaNode``s into the rules of a ``JSONShape``, which a scanner can check while a body arrives.
///
/// A rule accepts only what the node accepts. If that is hard to express, the rule is opaque, and ``SchemaValidator``
/// decides.
struct ShapeCompiler {
    private(set) var builder: JSONShape.Builder
    private var known: [ObjectIdentifier: JSONShape.ID] = [:]

    init(_ builder: JSONShape.Builder) {
        self.builder = builder
    }

    /// Adds the rule of an object as ``CompiledSchema/members(of:)`` sees it.
    mutating func addObject(_ node: SchemaNode) -> JSONShape.ID {
        var rule = JSONShape.Rule()
        rule.types = .object
        rule.others = .reported
        if let others = node.others { rule.others = .described(id(others)) }
        addProperties(of: node, to: &rule)
        return builder.add(rule)
    }

    /// The rule of a node.
    mutating func id(_ node: SchemaNode) -> JSONShape.ID {
        if let id = known[ObjectIdentifier(node)] { return id }
        let id = builder.reserve()
        known[ObjectIdentifier(node)] = id
        builder.define(id, as: rule(node))
        return id
    }

    private mutating func rule(_ node: SchemaNode) -> JSONShape.Rule {
        if let other = node.standIn {
            var rule = rule(other)
            if node.isNullable { rule.acceptNull() }
            return rule
        }
        var rule = node.any.isEmpty ? JSONShape.Rule() : union(node)
        guard !rule.isOpaque, !node.isBeyondShapes else { return .opaque }
        addTypes(of: node, to: &rule)
        addBounds(of: node, to: &rule)
        addLimits(of: node, to: &rule)
        addProperties(of: node, to: &rule)
        if let choices = node.choices {
            let texts = choices.compactMap(\.string)
            // Null is accepted only if the node is nullable, even if it isn't among the choices.
            if !node.isNullable { rule.types.remove(.null) }
            rule.choices = texts
            if texts.count < choices.count || rule.types.isEmpty != node.types.isEmpty { rule.isOpaque = true }
        }
        if let items = node.items { rule.items = id(items) }
        return rule
    }

    /// `anyOf` of null and one other schema, or of types only.
    private mutating func union(_ node: SchemaNode) -> JSONShape.Rule {
        guard node.hasOnlyAny else { return .opaque }
        let others = node.any.filter { !$0.isOnlyNull }
        if others.count == 1 {
            var rule = rule(others[0])
            if others.count < node.any.count || node.isNullable { rule.acceptNull() }
            return rule
        }
        var rule = JSONShape.Rule()
        for part in node.any {
            guard part.hasOnlyTypes, !part.types.isEmpty else { return .opaque }
            addTypes(of: part, to: &rule)
        }
        return rule
    }

    private func addTypes(of node: SchemaNode, to rule: inout JSONShape.Rule) {
        for type in node.types { rule.types.insert(type.shape) }
        if node.isNullable { rule.acceptNull() }
    }

    private func addBounds(of node: SchemaNode, to rule: inout JSONShape.Rule) {
        let bounds = [node.minimum, node.maximum, node.exclusiveMinimum, node.exclusiveMaximum].compactMap { $0 }
        guard !bounds.isEmpty else { return }
        // A double represents every integer up to 2^53.
        guard bounds.allSatisfy({ abs($0.value) <= 0x1p53 }), node.minimum == nil || node.exclusiveMinimum == nil,
            node.maximum == nil || node.exclusiveMaximum == nil
        else {
            rule.isOpaque = true
            return
        }
        rule.minimum =
            node.minimum.map { .init($0.value, isExclusive: false) }
            ?? node.exclusiveMinimum.map { .init($0.value, isExclusive: true) }
        rule.maximum =
            node.maximum.map { .init($0.value, isExclusive: false) }
            ?? node.exclusiveMaximum.map { .init($0.value, isExclusive: true) }
    }

    private func addLimits(of node: SchemaNode, to rule: inout JSONShape.Rule) {
        let (minLength, maxLength) = (node.minLength ?? 0, node.maxLength ?? .max)
        let (minItems, maxItems) = (node.minItems ?? 0, node.maxItems ?? .max)
        guard minLength <= maxLength, minItems <= maxItems else {
            rule.isOpaque = true
            return
        }
        if node.minLength != nil || node.maxLength != nil { rule.lengths = minLength...maxLength }
        if node.minItems != nil || node.maxItems != nil { rule.itemCounts = minItems...maxItems }
    }

    private mutating func addProperties(of node: SchemaNode, to rule: inout JSONShape.Rule) {
        guard node.properties.count <= JSONShape.propertyLimit,
            node.required.allSatisfy({ node.propertyIndex[$0] != nil })
        else {
            rule.isOpaque = true
            return
        }
        for (name, property) in node.properties {
            rule.properties.append((name, id(property), node.required.contains(ExactString(name))))
        }
        if let others = node.others {
            rule.others = .described(id(others))
        } else if !node.allowsOthers, case .accepted = rule.others {
            rule.others = .refused
        }
    }
}

extension JSONShape.Rule {
    fileprivate static var opaque: Self {
        var rule = Self()
        rule.isOpaque = true
        return rule
    }

    /// A rule without types already accepts null.
    fileprivate mutating func acceptNull() {
        if !types.isEmpty { types.insert(.null) }
    }
}

extension SchemaNode.TypeName {
    fileprivate var shape: JSONShape.Types {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .integer: .integer
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

extension SchemaNode {
    private static let shapeable: Set<String> = [
        "type", "nullable", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
        "maxLength", "minItems", "maxItems", "items", "properties", "required", "additionalProperties", "anyOf",
    ]

    /// Whether the node says something that no shape can express.
    fileprivate var isBeyondShapes: Bool { !keywords.isSubset(of: Self.shapeable) }

    /// Whether the node says nothing except which types, including null, a value may have.
    fileprivate var hasOnlyTypes: Bool { keywords.isSubset(of: ["type", "nullable"]) }

    fileprivate var isOnlyNull: Bool { types == [.null] && hasOnlyTypes }

    /// Whether the node says nothing except `anyOf`.
    fileprivate var hasOnlyAny: Bool { keywords.isSubset(of: ["anyOf", "nullable"]) }

    /// The schema that this one refers to, if it does nothing else.
    fileprivate var standIn: SchemaNode? {
        let targets = all + [reference].compactMap { $0 }
        return targets.count == 1 && keywords.isSubset(of: ["$ref", "allOf", "nullable"]) ? targets[0] : nil
    }
}
