/// Checks values against the schemas of a model's document; one message a value, the first that fits.
package struct SchemaValidator {
    let document: ModelDocument

    package init(document: ModelDocument) {
        self.document = document
    }

    /// Checks the inputs of a prediction.
    ///
    /// - Returns: one message a problem, in the order of names; empty when all is well.
    package func problems(of inputs: [String: JSONValue], against component: JSONValue) -> [String] {
        let properties = component["properties"]?.object ?? [:]
        let unknown = unknownNames(Array(inputs.keys), properties)
        if !unknown.isEmpty { return unknown }
        var problems: [String] = []
        let required = (component["required"]?.array ?? []).compactMap(\.string)
        for name in required where inputs[name] == nil {
            problems.append("missing required input \"\(name)\"")
        }
        for (name, value) in inputs.sorted(by: { $0.key < $1.key }) {
            guard let schema = properties[name] else { continue }
            if value == .null {
                problems.append("invalid input \"\(name)\": must not be null (omit the input to use its default)")
            } else if let problem = problem(of: value, against: schema) {
                problems.append("invalid input \"\(name)\": \(problem)")
            }
        }
        return problems
    }

    /// A message about names the model doesn't know; checked before any file is read.
    package func unknownNames(_ names: [String], _ properties: [String: JSONValue]) -> [String] {
        let unknown = names.filter { properties[$0] == nil }.sorted()
        guard !unknown.isEmpty else { return [] }
        let quoted = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
        let valid =
            properties.isEmpty
            ? "model does not accept inputs" : "valid inputs are: " + properties.keys.sorted().joined(separator: ", ")
        return ["unknown input\(unknown.count == 1 ? "" : "s") \(quoted); \(valid)"]
    }

    /// What is wrong with a value, or nil.
    package func problem(of value: JSONValue, against schema: JSONValue) -> String? {
        let own = document.resolve(schema)
        if value == .null {
            return schema["nullable"]?.bool == true || own["nullable"]?.bool == true ? nil : "must not be null"
        }
        if let members = own["anyOf"]?.array {
            if members.contains(where: { problem(of: value, against: $0) == nil }) { return nil }
            let types = members.compactMap { document.resolve($0)["type"]?.string }
            return "expected \(Self.list(types)), got \(value.typeName)"
        }
        if let choices = own["enum"]?.array, !choices.contains(where: { Self.equal($0, value) }) {
            let names = choices.map { $0.string ?? $0.text() }
            return "must be one of: \(names.joined(separator: ", "))"
        }
        if let type = own["type"]?.string, !Self.accepts(type, value) {
            return "expected \(type), got \(value.typeName)"
        }
        return bounds(value, schema) ?? (own == schema ? nil : bounds(value, own)) ?? members(value, own)
    }

    // MARK: - Constraints

    private func bounds(_ value: JSONValue, _ schema: JSONValue) -> String? {
        if let number = value.double {
            if let minimum = schema["minimum"], number < minimum.double ?? number {
                return "number must be at least \(minimum.text())"
            }
            if let maximum = schema["maximum"], number > maximum.double ?? number {
                return "number must be at most \(maximum.text())"
            }
        }
        guard let text = value.string else { return nil }
        let length = Double(text.unicodeScalars.count)
        if let minimum = schema["minLength"], length < minimum.double ?? 0 {
            return "minimum string length is \(minimum.text())"
        }
        if let maximum = schema["maxLength"], length > maximum.double ?? length {
            return "maximum string length is \(maximum.text())"
        }
        if let pattern = schema["pattern"]?.string, let regex = try? Regex(pattern),
            (try? regex.firstMatch(in: text)) == nil
        {
            // A pattern that Swift can't read is left to the server, whose rules count.
            return "string doesn't match the regular expression \"\(pattern)\""
        }
        return nil
    }

    private func members(_ value: JSONValue, _ schema: JSONValue) -> String? {
        if let items = value.array, let schema = schema["items"] {
            return items.lazy.compactMap { problem(of: $0, against: schema) }.first
        }
        guard let object = value.object, let properties = schema["properties"]?.object else { return nil }
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where object[name] == nil {
            return "missing required input \"\(name)\""
        }
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            if let schema = properties[name], let problem = problem(of: value, against: schema) {
                return "\(name): \(problem)"
            }
        }
        return nil
    }

    static func accepts(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("integer", .number(let number)): number == number.rounded()
        case ("number", .int): true
        default: type == value.typeName
        }
    }

    private static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.double, let right = right.double { return left == right }
        return left == right
    }

    private static func list(_ types: [String]) -> String {
        guard types.count > 1 else { return types.first ?? "another type" }
        return types.dropLast().joined(separator: ", ") + " or " + (types.last ?? "")
    }
}
