internal import CJSONScanner

/// What a text should look like, as far as a ``JSONScanner`` can check it in passing.
///
/// A text that the shape accepts is valid; one that it doesn't accept may still be valid. A shape never changes.
public final class JSONShape: @unchecked Sendable {
    /// Identifies a rule within its shape. Rules may refer to one another, even in cycles.
    public struct ID: Hashable, Sendable {
        let index: Int
    }

    /// The types that values may have.
    public struct Types: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt32
        /// Makes a set of types from the bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// `null`.
        public static let null = Types(rawValue: UInt32(COGJSON_NULL))
        /// `true` and `false`.
        public static let boolean = Types(rawValue: UInt32(COGJSON_BOOLEAN))
        /// Every number.
        public static let number = Types(rawValue: UInt32(COGJSON_NUMBER))
        /// Numbers without a fraction.
        public static let integer = Types(rawValue: UInt32(COGJSON_INTEGER))
        /// Strings.
        public static let string = Types(rawValue: UInt32(COGJSON_STRING))
        /// Arrays.
        public static let array = Types(rawValue: UInt32(COGJSON_ARRAY))
        /// Objects.
        public static let object = Types(rawValue: UInt32(COGJSON_OBJECT))
    }

    /// How to treat members that a rule doesn't list.
    public enum OtherMembers: Sendable {
        /// They may have any value.
        case accepted
        /// They may have any value, but the scanner reports whether there are any.
        case reported
        /// They are not allowed.
        case refused
        /// They follow a rule.
        case described(ID)
    }

    /// A bound on numbers.
    public struct Bound: Sendable {
        /// The number.
        public let value: Double
        /// Whether the number itself is out of bounds.
        public let isExclusive: Bool

        /// A bound with these parts.
        public init(_ value: Double, isExclusive: Bool) {
            self.value = value
            self.isExclusive = isExclusive
        }
    }

    /// What a value should be.
    public struct Rule: Sendable {
        /// The allowed types; empty for any.
        public var types: Types = []
        /// Whether the value needs checks that a shape can't express.
        public var isOpaque = false
        /// The lower bound for numbers.
        public var minimum: Bound?
        /// The upper bound for numbers.
        public var maximum: Bound?
        /// The allowed numbers of characters in strings.
        public var lengths = 0...Int.max
        /// The allowed strings.
        public var choices: [String]?
        /// The allowed numbers of items in arrays.
        public var itemCounts = 0...Int.max
        /// The rule for items.
        public var items: ID?
        /// The members of objects; at most ``JSONShape/propertyLimit``.
        public var properties: [(name: String, rule: ID?, isRequired: Bool)] = []
        /// How to treat members that `properties` doesn't list.
        public var others = OtherMembers.accepted

        /// Makes a rule that accepts everything.
        public init() {}
    }

    /// Collects the rules of a shape.
    public struct Builder {
        private var rules: [Rule?] = []

        /// A shape without rules.
        public init() {}

        /// Reserves a rule to be defined later; until then it is opaque.
        public mutating func reserve() -> ID {
            rules.append(nil)
            return ID(index: rules.count - 1)
        }

        /// Defines a reserved rule.
        public mutating func define(_ id: ID, as rule: Rule) {
            rules[id.index] = rule
        }

        /// Adds a rule.
        public mutating func add(_ rule: Rule) -> ID {
            rules.append(rule)
            return ID(index: rules.count - 1)
        }

        /// The shape of texts whose outermost value follows `root`.
        public func shape(root: ID) -> JSONShape {
            JSONShape(rules, root: root)
        }
    }

    /// How many properties a rule may have.
    public static let propertyLimit = Int(COGJSON_PROPERTY_LIMIT)

    /// Never changes once made, so any thread may read it.
    let root: UnsafePointer<cogjson_node>
    private let nodes: UnsafeMutableBufferPointer<cogjson_node>
    private var properties: [UnsafeMutableBufferPointer<cogjson_property>] = []
    private var texts: [UnsafeMutableBufferPointer<cogjson_text>] = []
    private var bytes: [UnsafeMutableBufferPointer<UInt8>] = []

    private init(_ rules: [Rule?], root: ID) {
        nodes = .allocate(capacity: rules.count)
        nodes.initialize(repeating: cogjson_node())
        self.root = UnsafePointer(nodes.baseAddress! + root.index)
        for (index, rule) in rules.enumerated() { nodes[index] = node(rule) }
    }

    deinit {
        for buffer in properties { buffer.deallocate() }
        for buffer in texts { buffer.deallocate() }
        for buffer in bytes { buffer.deallocate() }
        nodes.deallocate()
    }

    private func node(_ rule: Rule?) -> cogjson_node {
        var node = cogjson_node()
        guard let rule, !rule.isOpaque, rule.properties.count <= Self.propertyLimit else {
            node.is_opaque = true
            return node
        }
        node.types = rule.types.rawValue
        node.has_bounds = rule.minimum != nil || rule.maximum != nil
        node.minimum = rule.minimum?.value ?? -.infinity
        node.excludes_minimum = rule.minimum?.isExclusive ?? false
        node.maximum = rule.maximum?.value ?? .infinity
        node.excludes_maximum = rule.maximum?.isExclusive ?? false
        (node.min_length, node.max_length) = (rule.lengths.lowerBound, rule.lengths.upperBound)
        (node.min_items, node.max_items) = (rule.itemCounts.lowerBound, rule.itemCounts.upperBound)
        node.items = rule.items.map(pointer)
        if let choices = rule.choices {
            // Without any choices, nothing is accepted.
            let kept = UnsafeMutableBufferPointer<cogjson_text>.allocate(capacity: max(1, choices.count))
            for (index, choice) in choices.enumerated() { kept.initializeElement(at: index, to: text(choice)) }
            texts.append(kept)
            node.choices = UnsafePointer(kept.baseAddress)
            node.choice_count = choices.count
        }
        let members = UnsafeMutableBufferPointer<cogjson_property>.allocate(capacity: rule.properties.count)
        for (index, property) in rule.properties.enumerated() {
            members.initializeElement(
                at: index, to: cogjson_property(name: text(property.name), node: property.rule.map(pointer)))
            if property.isRequired { node.required |= 1 << UInt64(index) }
        }
        properties.append(members)
        node.properties = UnsafePointer(members.baseAddress)
        node.property_count = rule.properties.count
        switch rule.others {
        case .accepted: break
        case .reported: node.reports_unknown = true
        case .refused: node.is_closed = true
        case .described(let id): node.others = pointer(id)
        }
        return node
    }

    private func pointer(_ id: ID) -> UnsafePointer<cogjson_node> {
        UnsafePointer(nodes.baseAddress! + id.index)
    }

    private func text(_ string: String) -> cogjson_text {
        let kept = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: string.utf8.count)
        _ = kept.initialize(from: string.utf8)
        bytes.append(kept)
        return cogjson_text(bytes: UnsafePointer(kept.baseAddress), count: kept.count)
    }
}
