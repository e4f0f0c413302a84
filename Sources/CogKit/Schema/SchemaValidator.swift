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
            problems.append(Problem.missing(name).description)
        }
        for (name, value) in inputs.sorted(by: { $0.key < $1.key }) {
            guard let schema = properties[name] else { continue }
            if value == .null {
                let text = "must not be null (omit the input to use its default)"
                problems.append(Problem.invalid(name, text).description)
            } else if let problem = problem(of: value, against: schema, path: name) {
                problems.append(problem.description)
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

    /// What is wrong with a value.
    package enum Problem: Equatable, Sendable {
        /// A member that must be there; by its path.
        case missing(String)
        /// A value that doesn't fit, by its path, and the keyword of the schema that says so where it isn't the type.
        case invalid(String, String, keyword: String? = nil)
    }

    /// Looks for a problem of a value.
    ///
    /// - Parameter path: what the value is called; members of objects are called after it, with a dot.
    package func problem(of value: JSONValue, against schema: JSONValue, path: String) -> Problem? {
        let own = document.resolve(schema)
        if value == .null {
            let isNullable = schema["nullable"]?.bool == true || own["nullable"]?.bool == true
            return isNullable ? nil : .invalid(path, "must not be null")
        }
        if let members = own["anyOf"]?.array {
            if members.contains(where: { problem(of: value, against: $0, path: path) == nil }) { return nil }
            let types = members.compactMap { document.resolve($0)["type"]?.string }
            return .invalid(path, "expected \(Self.list(types)), got \(Self.givenType(value))")
        }
        if let choices = own["enum"]?.array, !choices.contains(where: { Self.equal($0, value) }) {
            let names = choices.map { $0.string ?? $0.text() }
            return .invalid(path, "must be one of: \(names.joined(separator: ", "))", keyword: "enum")
        }
        if let type = own["type"]?.string, !Self.accepts(type, value) {
            return .invalid(path, "expected \(type), got \(Self.givenType(value))")
        }
        return bounds(value, schema, path) ?? (own == schema ? nil : bounds(value, own, path))
            ?? members(value, own, path)
    }

    // MARK: - Constraints

    private func bounds(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> Problem? {
        func problem(_ text: String, _ keyword: String) -> Problem { .invalid(path, text, keyword: keyword) }
        if let number = value.double {
            if let minimum = schema["minimum"], number < minimum.double ?? number {
                return problem("number must be at least \(minimum.text())", "minimum")
            }
            if let maximum = schema["maximum"], number > maximum.double ?? number {
                return problem("number must be at most \(maximum.text())", "maximum")
            }
        }
        guard let text = value.string else { return nil }
        let length = Double(text.unicodeScalars.count)
        if let minimum = schema["minLength"], length < minimum.double ?? 0 {
            return problem("minimum string length is \(minimum.text())", "minLength")
        }
        if let maximum = schema["maxLength"], length > maximum.double ?? length {
            return problem("maximum string length is \(maximum.text())", "maxLength")
        }
        // A pattern that Swift can't read is left to the server, whose rules count.
        if let pattern = schema["pattern"]?.string, let regex = try? Regex(pattern),
            (try? regex.matchingSemantics(.unicodeScalar).firstMatch(in: text)) == nil
        {
            return problem("string doesn't match the regular expression \"\(pattern)\"", "pattern")
        }
        return nil
    }

    private func members(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> Problem? {
        if let items = value.array, let schema = schema["items"] {
            return items.lazy.compactMap { problem(of: $0, against: schema, path: path) }.first
        }
        guard let object = value.object, let properties = schema["properties"]?.object else { return nil }
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where object[name] == nil {
            return .missing(path + "." + name)
        }
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            if let schema = properties[name], let problem = problem(of: value, against: schema, path: path + "." + name)
            {
                return problem
            }
        }
        return nil
    }

    static func accepts(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("integer", .number(let number, _)): number == number.rounded()
        case ("number", .int): true
        default: type == value.typeName
        }
    }

    /// What a value is called in messages: JSON itself knows one kind of number only.
    private static func givenType(_ value: JSONValue) -> String {
        if case .int = value { "number" } else { value.typeName }
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

extension SchemaValidator.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "missing required input \"\(path)\""
        case .invalid(let path, let text, _): "invalid input \"\(path)\": \(text)"
        }
    }
}
