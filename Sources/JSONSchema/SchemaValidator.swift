internal import JSON

/// Checks values against ``SchemaNode``s and collects the problems.
///
/// The problems of one value come in the order of the keywords' names, as clients have come to expect.
struct SchemaValidator {
    /// The limit for the text of all problems together; problems beyond it aren't described. Nobody reads that far, and
    /// a body with many values could have as many problems.
    private static let textLimitBytes = 1 << 20

    private(set) var problems: [SchemaProblem] = []
    private var textBytes = 0
    /// The path to the value being checked. Its text is made only for problems.
    private var path: [SchemaProblem.Step] = []
    /// Whether to describe problems. Otherwise only their existence counts, and no text, which would contain the whole
    /// value, is made.
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
        validator.check(value, node)
        return !validator.hasFailed
    }

    /// Checks the input with this name.
    mutating func check(_ value: JSONValue, _ node: SchemaNode, named name: String) {
        check(value, node, at: .name(name))
    }

    private mutating func check(_ value: JSONValue, _ node: SchemaNode, at step: SchemaProblem.Step) {
        guard !isDone else { return }
        path.append(step)
        check(value, node)
        path.removeLast()
    }

    /// Whether there may be problems that aren't described.
    var isCutOff: Bool { textBytes >= Self.textLimitBytes }

    /// Whether further problems wouldn't be reported.
    private var isDone: Bool { hasFailed && (!describes || isCutOff) }

    /// Checks a value.
    mutating func check(_ value: JSONValue, _ node: SchemaNode) {
        guard !isDone else { return }
        let kind = value.kind
        if kind == .null, node.isNullable { return }
        if let reference = node.reference { check(value, reference) }
        for part in node.all { check(value, part) }
        if !node.any.isEmpty, !node.any.contains(where: { Self.accepts(value, $0) }) {
            fail(value, .anyOf(node.any.flatMap(\.typeNames)))
        }
        if let constant = node.constant, !Self.equal(value, constant) {
            fail(value, .const(constant.text(sortedKeys: true)))
        }
        if let choices = node.choices, !choices.contains(where: { Self.equal(value, $0) }) {
            fail(value, .choice(choices.map { $0.string ?? $0.text(sortedKeys: true) }, text: node.choicesText))
        }
        switch kind {
        case .integer, .number: checkNumber(value, node)
        case .string: checkString(value, node)
        case .array: checkArray(value, node)
        case .object: checkObject(value, node)
        case .null, .boolean: break
        }
        if let not = node.not, Self.accepts(value, not) { fail(value, .not(node.notText)) }
        if !node.one.isEmpty { checkOne(value, node) }
        if !node.types.isEmpty, !node.types.contains(where: { Self.has(value, kind, $0) }) {
            fail(value, .type(node.types.map(\.rawValue)))
        }
    }

    private mutating func fail(_ value: JSONValue, _ violation: @autoclosure () -> SchemaViolation) {
        hasFailed = true
        guard describes, !isCutOff else { return }
        let violation = violation()
        let problem = SchemaProblem(
            path: path, violation: violation, kind: value.kind, message: violation.message(about: value))
        textBytes += problem.pathText.utf8.count + problem.message.utf8.count
        problems.append(problem)
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

    private mutating func checkNumber(_ value: JSONValue, _ node: SchemaNode) {
        guard let number = value.double else { return }
        let integer = value.int
        func isBelow(_ bound: SchemaNode.Bound) -> Bool {
            if let integer, let limit = bound.integer { integer < limit } else { number < bound.value }
        }
        func isAbove(_ bound: SchemaNode.Bound) -> Bool {
            if let integer, let limit = bound.integer { integer > limit } else { number > bound.value }
        }
        if let bound = node.exclusiveMaximum, !isBelow(bound) {
            fail(value, .exclusiveMaximum(bound.text))
        }
        if let bound = node.exclusiveMinimum, !isAbove(bound) {
            fail(value, .exclusiveMinimum(bound.text))
        }
        if let bound = node.maximum, isAbove(bound) {
            fail(value, .maximum(bound.text))
        }
        if let bound = node.minimum, isBelow(bound) {
            fail(value, .minimum(bound.text))
        }
        if let step = node.multipleOf, step.value > 0 {
            // 0.3 / 0.1 is not quite 3.
            let quotient = number / step.value
            if abs(quotient - quotient.rounded()) > 2 * quotient.ulp {
                fail(value, .multipleOf(step.text))
            }
        }
    }

    private mutating func checkString(_ value: JSONValue, _ node: SchemaNode) {
        guard node.minLength != nil || node.maxLength != nil || node.pattern != nil else { return }
        let (length, matches) =
            value.withStringBytes { bytes in
                (bytes.count { $0 & 0xC0 != 0x80 }, node.pattern?.isFound(in: bytes) ?? true)
            } ?? (0, true)
        if let limit = node.maxLength, length > limit {
            fail(value, .maxLength(limit))
        }
        if let limit = node.minLength, length < limit {
            fail(value, .minLength(limit))
        }
        if !matches, let pattern = node.pattern { fail(value, .pattern(pattern.text)) }
    }

    private mutating func checkArray(_ value: JSONValue, _ node: SchemaNode) {
        var count = 0
        value.forEachElement { element in
            let schema = count < node.prefixItems.count ? node.prefixItems[count] : node.items
            if let schema { check(element, schema, at: .index(count)) }
            count += 1
        }
        if let limit = node.maxItems, count > limit {
            fail(value, .maxItems(limit))
        }
        if let limit = node.minItems, count < limit {
            fail(value, .minItems(limit))
        }
        if node.hasUniqueItems, !value.hasUniqueElements { fail(value, .uniqueItems) }
    }

    private mutating func checkObject(_ value: JSONValue, _ node: SchemaNode) {
        var count = 0
        var missing = Set(node.required)
        value.forEachMember { name, member in
            count += 1
            let exact = ExactString(name)
            missing.remove(exact)
            if let names = node.names { checkName(name, names) }
            if let index = node.propertyIndex[exact] {
                check(member, node.properties[index].node, at: .name(name))
            } else if let others = node.others {
                check(member, others, at: .name(name))
            } else if !node.allowsOthers {
                fail(value, .additional(name))
            }
        }
        if let limit = node.maxProperties, count > limit {
            fail(value, .maxProperties(limit))
        }
        if let limit = node.minProperties, count < limit {
            fail(value, .minProperties(limit))
        }
        for name in node.required where missing.contains(name) {
            fail(value, .required(name.text))
        }
    }

    private mutating func checkName(_ name: String, _ node: SchemaNode) {
        var text: [UInt8] = []
        appendJSONString(name, to: &text)
        do throws(JSONError) {
            check(try JSONDocument.parsing(String(decoding: text, as: UTF8.self)).root, node, at: .name(name))
        } catch {
            preconditionFailure("a name in quotes is a JSON text: \(error)")
        }
    }

    private mutating func checkOne(_ value: JSONValue, _ node: SchemaNode) {
        let count = node.one.count { Self.accepts(value, $0) }
        if count != 1 { fail(value, .oneOf(accepting: count)) }
    }

    /// Equality of JSON values: numbers by value, objects regardless of order. `right` comes from a schema and is
    /// small.
    static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left.kind, right.kind) {
        case (.null, .null): return true
        case (.boolean, .boolean): return left.bool == right.bool
        case (.integer, .integer):
            if let left = left.int, let right = right.int { return left == right }
            return left.text() == right.text()
        case (.integer, .number), (.number, .integer), (.number, .number):
            return left.double == right.double
        case (.string, .string):
            return left.withStringBytes { left in right.withStringBytes { left.elementsEqual($0) } } == true
        case (.array, .array):
            var rest = right.elements[...]
            var isEqual = true
            left.forEachElement { element in isEqual = isEqual && rest.popFirst().map { equal(element, $0) } ?? false }
            return isEqual && rest.isEmpty
        case (.object, .object):
            var rest: [ExactString: JSONValue] = [:]
            right.forEachMember { rest[ExactString($0)] = $1 }
            var isEqual = true
            left.forEachMember { name, value in
                isEqual = isEqual && rest.removeValue(forKey: ExactString(name)).map { equal(value, $0) } ?? false
            }
            return isEqual && rest.isEmpty
        default: return false
        }
    }
}
