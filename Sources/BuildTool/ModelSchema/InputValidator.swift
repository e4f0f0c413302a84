package import JSON
import JSONSchema

/// Checks inputs by the rules of the server, before anything is started; one message a value, the first that fits.
package struct InputValidator {
    let document: ModelDocument

    package init(document: ModelDocument) {
        self.document = document
    }

    /// Checks the inputs of a prediction.
    ///
    /// - Returns: one message a problem, in the order of names; empty when all is well.
    package func problems(of inputs: [ExactString: JSONTree], against component: JSONTree) -> [String] {
        let properties = component["properties"]?.object ?? [:]
        let unknown = unknownNames(Array(inputs.keys), properties)
        if !unknown.isEmpty { return unknown }
        var problems: [String] = []
        let required = (component["required"]?.array ?? []).compactMap(\.string)
        for name in required where inputs[ExactString(name)] == nil {
            problems.append(InputProblem.missing(name).description)
        }
        for (name, value) in inputs.sorted(by: { $0.key < $1.key }) {
            guard let schema = properties[name] else { continue }
            if value == .null {
                let text = "must not be null (omit the input to use its default)"
                problems.append(InputProblem.invalid(name.text, text).description)
            } else if let problem = problem(of: value, against: schema, path: name.text) {
                problems.append(problem.description)
            }
        }
        return problems
    }

    /// A message about names the model doesn't know; checked before any file is read.
    package func unknownNames(_ names: [ExactString], _ properties: [ExactString: JSONTree]) -> [String] {
        let unknown = names.filter { properties[$0] == nil }.sorted()
        guard !unknown.isEmpty else { return [] }
        let quoted = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
        let valid =
            properties.isEmpty
            ? "model does not accept inputs"
            : "valid inputs are: " + properties.keys.sorted().map(\.text).joined(separator: ", ")
        return ["unknown input\(unknown.count == 1 ? "" : "s") \(quoted); \(valid)"]
    }

    /// Looks for a problem of a value.
    ///
    /// A schema that can't be used is left to the server, which refuses to serve the model and says why; and so is a value that
    /// is too large for the server to read.
    ///
    /// - Parameter path: what the value is called; members of objects are called after it, with a dot.
    package func problem(of value: JSONTree, against schema: JSONTree, path: String) -> InputProblem? {
        guard let compiled = try? document.compiled(schema), let value = value.placed else { return nil }
        return InputProblem.first(of: compiled.problems(of: value), path: path)
    }
}
