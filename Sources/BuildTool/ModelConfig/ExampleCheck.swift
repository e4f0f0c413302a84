import JSON
package import ModelSchema

/// Checks the examples of `cog.yaml` by what the model accepts.
///
/// An example may leave inputs out: the page fills in their defaults, and the rest is asked for.
package struct ExampleCheck {
    private let reader: ConfigReader
    private let document: ModelDocument

    package init(_ reader: ConfigReader, _ document: ModelDocument) {
        self.reader = reader
        self.document = document
    }

    /// The problems, each with its line and column; empty when all is well.
    package func problems() -> [String] {
        let component = document.component("Input") ?? document.component("TrainingInput")
        let properties = component?["properties"]?.object ?? [:]
        return reader.config.examples.enumerated().flatMap { index, example in
            (example.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
                problem(of: value, name, properties).map {
                    let field = "examples[\(index)].\(name.text)"
                    return reader.message("invalid \(field): \($0)", about: field)
                }
            }
        }
    }

    private func problem(
        of value: JSONTree, _ name: ExactString, _ properties: [ExactString: JSONTree]
    ) -> String? {
        let validator = InputValidator(document: document)
        guard let schema = properties[name] else { return validator.unknownNames([name], properties).first }
        if document.resolve(schema)["format"]?.string == "uri", let text = value.string, !Self.isAddress(text) {
            return "a file must be an address that begins with https://, http://, or data:"
        }
        return validator.problem(of: value, against: schema, path: name.text)?.description
    }

    /// Whether the page, and everyone who uses the example, can fetch the file.
    private static func isAddress(_ text: String) -> Bool {
        ["https://", "http://", "data:"].contains { text.lowercased().hasPrefix($0) }
    }
}
