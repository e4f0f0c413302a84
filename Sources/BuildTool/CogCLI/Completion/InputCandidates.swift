import JSON
import ModelSchema

/// What a shell offers behind `-i`: the names of a model's inputs, with the values where only some are allowed.
struct InputCandidates {
    private let document: ModelDocument
    private let kind: ModelDocument.Kind

    init(_ document: ModelDocument, _ kind: ModelDocument.Kind) {
        self.document = document
        self.kind = kind
    }

    /// `NAME=` for each input in the order of the signature, `NAME=@` for files, and `NAME=VALUE` for each value of a choice.
    ///
    /// - Parameter words: the command line so far; inputs that it has are left out, except lists, to which
    ///   more may be added.
    func offered(besides words: [String]) -> [Candidate] {
        let given = Set(words.compactMap { word in word.firstIndex(of: "=").map { String(word[..<$0]) } })
        // Without inputs there is nothing to offer.
        let properties = (try? document.inputs(kind))?["properties"]?.object ?? [:]
        return properties.map { (name: $0.key.text, schema: $0.value) }
            .filter { !given.contains($0.name) || isList(plain($0.schema)) }
            .sorted { (order($0.schema), $0.name) < (order($1.schema), $1.name) }
            .flatMap { input in
                let about = (input.schema["description"]?.string ?? "").split(whereSeparator: \.isWhitespace)
                return values(input.schema).map {
                    Candidate("\(input.name)=\($0)", about: about.joined(separator: " "))
                }
            }
    }

    private func order(_ schema: JSONTree) -> Double { schema["x-order"]?.double ?? .infinity }

    /// A schema without what says that the input may be left out: such an input is of its own type or null.
    private func plain(_ schema: JSONTree) -> JSONTree {
        let schema = document.resolve(schema)
        let types = schema["anyOf"]?.array?.map(document.resolve).filter { $0["type"]?.string != "null" }
        if let types, types.count == 1 { return types[0] }
        return schema
    }

    private func isList(_ schema: JSONTree) -> Bool { schema["type"]?.string == "array" }

    private func values(_ schema: JSONTree) -> [String] {
        var schema = plain(schema)
        if isList(schema), let items = schema["items"] { schema = plain(items) }
        if let choices = schema["enum"]?.array { return choices.map { $0.string ?? $0.text() } }
        if schema["type"]?.string == "boolean" { return ["true", "false"] }
        return [schema["format"]?.string == "uri" ? "@" : ""]
    }
}
