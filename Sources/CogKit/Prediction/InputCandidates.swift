import JSON

/// What a shell offers behind `-i`: the names of a model's inputs, with the values where only some are allowed.
package struct InputCandidates {
    private let document: ModelDocument
    private let kind: ModelDocument.Kind

    package init(_ document: ModelDocument, _ kind: ModelDocument.Kind) {
        self.document = document
        self.kind = kind
    }

    /// `NAME=` for each input in the order of the signature, `NAME=@` for files, and `NAME=VALUE` for each value of a choice.
    ///
    /// - Parameter words: the command line so far; inputs that it has are left out.
    package func offered(besides words: [String]) -> [String] {
        let given = Set(words.compactMap { word in word.firstIndex(of: "=").map { String(word[..<$0]) } })
        // Without inputs there is nothing to offer.
        let properties = (try? document.inputs(kind))?["properties"]?.object ?? [:]
        return properties.map { (name: $0.key.text, schema: $0.value) }
            .filter { !given.contains($0.name) }
            .sorted { (order($0.schema), $0.name) < (order($1.schema), $1.name) }
            .flatMap { input in values(input.schema).map { "\(input.name)=\($0)" } }
    }

    private func order(_ schema: JSONValue) -> Double { schema["x-order"]?.double ?? .infinity }

    private func values(_ schema: JSONValue) -> [String] {
        var schema = document.resolve(schema)
        // An input that may be left out is its own type or null.
        if let either = schema["anyOf"]?.array?.map(document.resolve).filter({ $0["type"]?.string != "null" }),
            either.count == 1
        {
            schema = either[0]
        }
        if let choices = schema["enum"]?.array { return choices.map { $0.string ?? $0.text() } }
        if schema["type"]?.string == "boolean" { return ["true", "false"] }
        return [schema["format"]?.string == "uri" ? "@" : ""]
    }
}
