public import JSON
public import JSONSchema

/// The schema that inputs are checked against before the model gets them.
///
/// It doesn't change once made, so any thread may use it.
public final class InputSchema: Sendable {
    private let schema: CompiledSchema
    /// The part of the schema that a ``RequestScan`` can check in an envelope.
    let shape: JSONShape
    /// The same for an input without an envelope.
    let bareShape: JSONShape

    /// Compiles the component `Input` of an OpenAPI document; for trainings, `TrainingInput`, or `Input` if there is
    /// none.
    ///
    /// - Returns: Nil if the document has no such component; then nothing can be checked.
    /// - Throws: `SchemaError` if the component isn't usable.
    public init?(document: JSONValue, forTraining: Bool) throws(SchemaError) {
        let names = forTraining ? ["TrainingInput", "Input"] : ["Input"]
        guard let schema = try CompiledSchema(firstOf: names, in: document) else { return nil }
        self.schema = schema
        shape = Self.envelope(input: schema)
        var builder = JSONShape.Builder()
        let root = schema.addObject(to: &builder)
        bareShape = builder.shape(root: root)
    }

    /// The shape of a request body whose input follows `schema`; nil for an input that may be any object.
    static func envelope(input schema: CompiledSchema?) -> JSONShape {
        var builder = JSONShape.Builder()
        let input = schema?.addObject(to: &builder)
        var envelope = JSONShape.Rule()
        envelope.properties = PredictionRequest.Member.allCases.map { member in
            (member.name, member == .input ? input : nil, false)
        }
        let root = builder.add(envelope)
        return builder.shape(root: root)
    }

    /// Whether inputs of this name reach the model.
    func knows(_ name: String) -> Bool {
        schema.describes(name)
    }

    /// The JSON value of a plain text as the input with this name, or as an item of a list.
    func json(of text: String, named name: String, isItem: Bool) -> [UInt8] {
        isItem ? schema.json(ofItem: text, named: name) : schema.json(of: text, named: name)
    }

    /// The number of required inputs.
    public var requiredCount: Int { schema.required.count }

    /// Checks an input.
    ///
    /// - Parameter input: nil stands for an empty object.
    /// - Returns: The body of the 422 response; nil if the input is valid.
    public func check(_ input: JSONValue?) -> [UInt8]? {
        guard let input else { return result(problems: [], missing: schema.required) }
        guard input.kind == .object else {
            return result(problems: [("__root__", Self.notAnObject(input))], missing: [])
        }
        let found = schema.members(of: input)
        return result(
            problems: found.problems.map { ($0.pathText, $0.message) }, missing: found.missing,
            isCutOff: found.isCutOff)
    }

    /// The message about an input that isn't an object.
    static func notAnObject(_ input: JSONValue) -> String {
        SchemaViolation.type(["object"]).message(about: input)
    }

    /// Makes the response: problems of present fields by name, then missing fields in the schema's order, then a note
    /// if the list is cut off.
    private func result(
        problems: [(path: String, message: String)], missing: [String], isCutOff: Bool = false
    ) -> [UInt8]? {
        guard !problems.isEmpty || !missing.isEmpty else { return nil }
        let sorted = problems.enumerated().sorted { left, right in
            let names = (left.element.path.utf8.prefix { $0 != 0x2F }, right.element.path.utf8.prefix { $0 != 0x2F })
            return names.0.elementsEqual(names.1)
                ? left.offset < right.offset : names.0.lexicographicallyPrecedes(names.1)
        }
        var detail: [(field: String, message: String, type: StaticString)] = sorted.map {
            ($0.element.path, $0.element.message, "value_error")
        }
        detail += missing.map { ($0, "Field required", "value_error.missing") }
        if isCutOff {
            let message = "the check stopped here because this list is long; there may be more problems"
            detail.append(("__root__", message, "value_error"))
        }
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
        return body
    }
}
