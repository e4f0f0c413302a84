public import JSON

/// The schema that inputs are checked against before the model is bothered with them.
public final class InputSchema {
    private let node: SchemaNode

    /// Compiles the component `Input` of an OpenAPI document; for trainings `TrainingInput`, or `Input` if there is none.
    ///
    /// - Returns: nil if the document has no such component; then nothing can be checked.
    /// - Throws: ``SchemaError`` if it can't be used.
    public init?(document: JSONValue, forTraining: Bool) throws(SchemaError) {
        var compiler = SchemaCompiler(document: document)
        var found = forTraining ? try compiler.component("TrainingInput") : nil
        if found == nil { found = try compiler.component("Input") }
        guard var found else { return nil }
        try SchemaCompiler.refuseEndlessReferences(from: found)
        while found.properties.isEmpty, let reference = found.reference { found = reference }
        node = found
    }

    /// How many inputs are required.
    public var requiredCount: Int { node.required.count }

    /// Checks an input.
    ///
    /// - Parameter input: nil stands for an empty object.
    public func check(_ input: JSONValue?) -> InputCheck {
        guard let input else { return result(unknown: [], problems: [], missing: node.required) }
        guard input.kind == .object else {
            let message = "\(input.text(sortedKeys: true, normalizedNumbers: true)) is not of type \"object\""
            return result(unknown: [], problems: [.init(path: "__root__", message: message)], missing: [])
        }
        var unknown: [String] = []
        var validator = SchemaValidator()
        input.forEachMember { name, value in
            if let index = node.propertyIndex[name] {
                validator.check(value, node.properties[index].node, name)
            } else if let others = node.others {
                validator.check(value, others, name)
            } else {
                unknown.append(name)
            }
        }
        let missing = node.required.filter { input[$0] == nil }
        guard !validator.problems.isEmpty || !missing.isEmpty else {
            return InputCheck(unknown: unknown, problems: nil)
        }
        return result(unknown: unknown, problems: validator.problems, missing: missing)
    }

    /// Makes the answer: problems of present fields by name, then missing fields in the schema's order.
    private func result(
        unknown: [String], problems: [SchemaValidator.Problem], missing: [String]
    ) -> InputCheck {
        guard !problems.isEmpty || !missing.isEmpty else { return InputCheck(unknown: unknown, problems: nil) }
        let field: (SchemaValidator.Problem) -> Substring = { $0.path.prefix { $0 != "/" } }
        let sorted = problems.enumerated().sorted { left, right in
            let names = (field(left.element), field(right.element))
            return names.0 == names.1
                ? left.offset < right.offset : names.0.utf8.lexicographicallyPrecedes(names.1.utf8)
        }
        var detail: [(field: String, message: String, type: StaticString)] = sorted.map {
            ($0.element.path, $0.element.message, "value_error")
        }
        detail += missing.map { ($0, "Field required", "value_error.missing") }
        var body = Array(#"{"detail":["#.utf8)
        for (index, entry) in detail.enumerated() {
            if index > 0 { body.append(",") }
            body.append(#"{"loc":["body","input","#)
            appendJSONString(entry.field, to: &body)
            body.append(#"],"msg":"#)
            appendJSONString(entry.message, to: &body)
            body.append(#","type":""#)
            body.append(entry.type)
            body.append(#""}"#)
        }
        body.append("]}")
        return InputCheck(unknown: unknown, problems: body)
    }
}

/// What a look at an input has found.
public struct InputCheck: Sendable {
    /// Names that the schema doesn't list; they are left out.
    public let unknown: [String]
    /// The body of the 422 answer; nil when the input is valid.
    public let problems: [UInt8]?

    /// A finding with these parts.
    public init(unknown: [String], problems: [UInt8]?) {
        self.unknown = unknown
        self.problems = problems
    }
}

@available(*, unavailable)
extension InputSchema: Sendable {}
