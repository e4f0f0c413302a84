internal import JSON

/// Checks values against ``SchemaNode``s and collects what is wrong.
///
/// Problems of one value come in the order of the keywords' names, as clients have come to know them.
struct SchemaValidator {
    struct Problem {
        let path: String
        let message: String
    }

    private(set) var problems: [Problem] = []
    /// Without it only whether there is a problem counts; then no text is made, which holds the value in full.
    private let describes: Bool
    private var hasFailed = false

    /// Collects problems.
    init() {
        describes = true
    }

    private init(describes: Bool) {
        self.describes = describes
    }

    /// Whether `value` satisfies `node`.
    static func accepts(_ value: JSONValue, _ node: SchemaNode) -> Bool {
        var validator = SchemaValidator(describes: false)
        validator.check(value, node, "")
        return !validator.hasFailed
    }

    /// Checks `value`, which stands at `path` (names and indices joined by slashes).
    mutating func check(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        if hasFailed, !describes { return }
        let kind = value.kind
        if kind == .null, node.isNullable { return }
        if let reference = node.reference { check(value, reference, path) }
        for part in node.all { check(value, part, path) }
        if !node.any.isEmpty, !node.any.contains(where: { Self.accepts(value, $0) }) {
            fail(path, value, "is not valid under any of the schemas listed in the 'anyOf' keyword")
        }
        if let constant = node.constant, !Self.equal(value, constant) {
            fail(path, "\(constant.text(sortedKeys: true)) was expected")
        }
        if let choices = node.choices, !choices.contains(where: { Self.equal(value, $0) }) {
            fail(path, value, "is not one of \(node.choicesText)")
        }
        switch kind {
        case .integer, .number: checkNumber(value, node, path)
        case .string: checkString(value, node, path)
        case .array: checkArray(value, node, path)
        case .object: checkObject(value, node, path)
        case .null, .boolean: break
        }
        if let not = node.not, Self.accepts(value, not) { fail(path, value, "is not allowed for \(node.notText)") }
        if !node.one.isEmpty { checkOne(value, node, path) }
        if !node.types.isEmpty, !node.types.contains(where: { Self.has(value, kind, $0) }) {
            let names = node.types.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            fail(path, value, "is not of type\(node.types.count > 1 ? "s" : "") \(names)")
        }
    }

    private mutating func fail(_ path: String, _ value: JSONValue, _ text: @autoclosure () -> String) {
        fail(path, "\(value.text(sortedKeys: true, normalizedNumbers: true)) \(text())")
    }

    private mutating func fail(_ path: String, _ message: @autoclosure () -> String) {
        hasFailed = true
        if describes { problems.append(Problem(path: path, message: message())) }
    }

    private static func has(_ value: JSONValue, _ kind: JSONValue.Kind, _ type: SchemaNode.TypeName) -> Bool {
        switch type {
        case .null: kind == .null
        case .boolean: kind == .boolean
        case .number: kind == .integer || kind == .number
        case .integer: kind == .integer || (kind == .number && value.double.map { $0 == $0.rounded() } == true)
        case .string: kind == .string
        case .array: kind == .array
        case .object: kind == .object
        }
    }

    // MARK: - By type

    private mutating func checkNumber(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        guard let number = value.double else { return }
        let integer = value.int
        func isBelow(_ bound: SchemaNode.Bound) -> Bool {
            if let integer, let limit = bound.integer { integer < limit } else { number < bound.value }
        }
        func isAbove(_ bound: SchemaNode.Bound) -> Bool {
            if let integer, let limit = bound.integer { integer > limit } else { number > bound.value }
        }
        if let bound = node.exclusiveMaximum, !isBelow(bound) {
            fail(path, value, "is greater than or equal to the maximum of \(bound.text)")
        }
        if let bound = node.exclusiveMinimum, !isAbove(bound) {
            fail(path, value, "is less than or equal to the minimum of \(bound.text)")
        }
        if let bound = node.maximum, isAbove(bound) {
            fail(path, value, "is greater than the maximum of \(bound.text)")
        }
        if let bound = node.minimum, isBelow(bound) {
            fail(path, value, "is less than the minimum of \(bound.text)")
        }
        if let step = node.multipleOf, step.value > 0 {
            // 0.3 / 0.1 is not quite 3.
            let quotient = number / step.value
            if abs(quotient - quotient.rounded()) > 2 * quotient.ulp {
                fail(path, value, "is not a multiple of \(step.text)")
            }
        }
    }

    private mutating func checkString(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        guard node.minLength != nil || node.maxLength != nil || node.pattern != nil else { return }
        let (length, matches) =
            value.withStringBytes { bytes in
                (bytes.count { $0 & 0xC0 != 0x80 }, node.pattern?.isFound(in: bytes) ?? true)
            } ?? (0, true)
        if let limit = node.maxLength, length > limit {
            fail(path, value, "is longer than \(limit) character\(limit == 1 ? "" : "s")")
        }
        if let limit = node.minLength, length < limit {
            fail(path, value, "is shorter than \(limit) character\(limit == 1 ? "" : "s")")
        }
        if !matches, let pattern = node.pattern { fail(path, value, "does not match \"\(pattern.text)\"") }
    }

    private mutating func checkArray(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        let count = value.count
        for index in 0..<count {
            let schema = index < node.prefixItems.count ? node.prefixItems[index] : node.items
            if let schema { check(value[index], schema, "\(path)/\(index)") }
        }
        if let limit = node.maxItems, count > limit {
            fail(path, value, "has more than \(limit) item\(limit == 1 ? "" : "s")")
        }
        if let limit = node.minItems, count < limit {
            fail(path, value, "has less than \(limit) item\(limit == 1 ? "" : "s")")
        }
        if node.hasUniqueItems, Set((0..<count).map { value[$0].text(sortedKeys: true) }).count < count {
            fail(path, value, "has non-unique elements")
        }
    }

    private mutating func checkObject(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        value.forEachMember { name, member in
            if let names = node.names { checkName(name, names, path.isEmpty ? name : "\(path)/\(name)") }
            if let index = node.propertyIndex[name] {
                check(member, node.properties[index].node, path.isEmpty ? name : "\(path)/\(name)")
            } else if let others = node.others {
                check(member, others, path.isEmpty ? name : "\(path)/\(name)")
            } else if !node.allowsOthers {
                fail(path, "Additional properties are not allowed ('\(name)' was unexpected)")
            }
        }
        if let limit = node.maxProperties, value.count > limit {
            fail(path, value, "has more than \(limit) propert\(limit == 1 ? "y" : "ies")")
        }
        if let limit = node.minProperties, value.count < limit {
            fail(path, value, "has less than \(limit) propert\(limit == 1 ? "y" : "ies")")
        }
        for name in node.required where value[name] == nil {
            fail(path, "\"\(name)\" is a required property")
        }
    }

    private mutating func checkName(_ name: String, _ node: SchemaNode, _ path: String) {
        var text: [UInt8] = []
        appendJSONString(name, to: &text)
        do throws(JSONError) {
            check(try JSONDocument.parsing(String(decoding: text, as: UTF8.self)).root, node, path)
        } catch {
            fail(path, error.description)
        }
    }

    private mutating func checkOne(_ value: JSONValue, _ node: SchemaNode, _ path: String) {
        let count = node.one.count { Self.accepts(value, $0) }
        if count == 0 { fail(path, value, "is not valid under any of the schemas listed in the 'oneOf' keyword") }
        if count > 1 { fail(path, value, "is valid under more than one of the schemas listed in the 'oneOf' keyword") }
    }

    /// Equality of JSON values: numbers by value, objects whatever the order.
    static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left.kind, right.kind) {
        case (.null, .null): return true
        case (.boolean, .boolean): return left.bool == right.bool
        case (.integer, .integer):
            if let left = left.int, let right = right.int { return left == right }
            return left.text() == right.text()
        case (.integer, .number), (.number, .integer), (.number, .number):
            return left.double == right.double
        case (.string, .string): return left.string == right.string
        case (.array, .array):
            return left.count == right.count && (0..<left.count).allSatisfy { equal(left[$0], right[$0]) }
        case (.object, .object):
            guard left.count == right.count else { return false }
            var isEqual = true
            left.forEachMember { name, value in
                guard isEqual else { return }
                isEqual = right[name].map { equal(value, $0) } ?? false
            }
            return isEqual
        default: return false
        }
    }
}
