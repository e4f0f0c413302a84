internal import JSON

/// Collects the fields of a form or a query string and produces the equivalent JSON body.
///
/// Fields named after inputs are inputs; several with the same name form a list. Fields named after the envelope's
/// members are those members, unless the model has inputs with these names.
public struct InputForm: Sendable {
    /// How to use the contents of a field.
    public enum Use: Equatable, Sendable {
        /// As a file.
        case file
        /// As text or JSON.
        case text
        /// Not at all: the model has no such input.
        case none
    }

    /// A file in the input: its position and its path.
    public typealias Place = (pointer: String, path: String)

    private enum Field: Sendable {
        case text(String)
        case json(String)
        case file(path: String, name: String)
    }

    private let schema: InputSchema?
    private let patterns: FilePatterns
    private var names: [ExactString] = []
    private var fields: [ExactString: [Field]] = [:]

    /// Makes an empty form for a model whose inputs follow `schema`.
    public init(schema: InputSchema?, filePatterns: FilePatterns) {
        self.schema = schema
        patterns = filePatterns
    }

    /// How to use the contents of a field. A form part with a file name or a non-text type is a file if the model
    /// accepts one there.
    public func use(of name: String, hasFileName: Bool, type: String?) -> Use {
        let isBinary = hasFileName || !(type.map(Self.isText) ?? true)
        if isBinary, patterns.takesFile(at: name) { return .file }
        return isBinary && !isInput(name) && member(name) == nil ? .none : .text
    }

    /// Adds a file that is stored at `path` and has the given name.
    public mutating func add(_ field: String, file path: String, called name: String) {
        add(.file(path: path, name: name), to: field)
    }

    /// Adds a text. One with the type `application/json` is JSON, whatever the input.
    ///
    /// - Throws: ``RequestError`` if the text isn't UTF-8 or isn't JSON.
    public mutating func add(_ field: String, text: [UInt8], type: String? = nil) throws(RequestError) {
        let location = isInput(field) || member(field) == nil ? ["input", field] : [field]
        guard let string = String(validating: text, as: UTF8.self) else {
            throw .invalid(location: location, message: "the text is not UTF-8")
        }
        guard type.map(Self.isJSON) ?? false else { return add(.text(string), to: field) }
        try Self.check(json: string, location)
        add(.json(string), to: field)
    }

    /// The equivalent JSON body, and the positions of files in its input.
    ///
    /// - Throws: ``RequestError`` if a member of the envelope can't have its field's value.
    public func body() throws(RequestError) -> (text: [UInt8], files: [Place]) {
        var files: [Place] = []
        var members: [UInt8] = []
        var input = Members()
        var whole: String?
        for name in names {
            let values = fields[name] ?? []
            guard !isInput(name.text), let member = member(name.text) else {
                input.add(name.text, self.input(name.text, values, &files))
                continue
            }
            guard member == .webhookEventsFilter || values.count == 1 else {
                throw .invalid(location: [name.text], message: "the form has more than one field with this name")
            }
            if member == .input {
                whole = try Self.json(values[0], at: [name.text])
            } else {
                members.append(",")
                appendJSONString(name.text, to: &members)
                members.append(":")
                members.append(contentsOf: try Self.value(of: member, values))
            }
        }
        var text = Array(#"{"input":"#.utf8)
        if let whole {
            try append(whole, input, to: &text)
        } else {
            text.append("{")
            text.append(contentsOf: input.text)
            text.append("}")
        }
        return (text + members + Array("}".utf8), files)
    }

    // MARK: - Names

    private func isInput(_ name: String) -> Bool { schema?.knows(name) ?? (member(name) == nil) }

    private func member(_ name: String) -> PredictionRequest.Member? {
        PredictionRequest.Member.allCases.first { ExactString($0.name) == ExactString(name) }
    }

    private mutating func add(_ field: Field, to name: String) {
        let name = ExactString(name)
        if fields[name] == nil { names.append(name) }
        fields[name, default: []].append(field)
    }

    private static func isText(_ type: String) -> Bool {
        let bare = bare(type)
        return bare == "text/plain" || isJSON(bare) || bare.isEmpty
    }

    private static func isJSON(_ type: String) -> Bool { bare(type) == "application/json" }

    private static func bare(_ type: String) -> String {
        String(type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    // MARK: - Inputs

    private func input(_ name: String, _ values: [Field], _ files: inout [Place]) -> [UInt8] {
        let pointer = FilePatterns.escaped(name)
        guard values.count > 1 else {
            if case .file(let path, _) = values[0], !patterns.takesSingleFile(at: name) {
                files.append((pointer + "/0", path))
                return Array("[".utf8) + text(values[0], name, isItem: true) + Array("]".utf8)
            }
            if case .file(let path, _) = values[0] { files.append((pointer, path)) }
            return text(values[0], name, isItem: false)
        }
        var list = Array("[".utf8)
        for (index, value) in values.enumerated() {
            if index > 0 { list.append(",") }
            if case .file(let path, _) = value { files.append((pointer + "/\(index)", path)) }
            list.append(contentsOf: text(value, name, isItem: true))
        }
        return list + Array("]".utf8)
    }

    private func text(_ value: Field, _ name: String, isItem: Bool) -> [UInt8] {
        switch value {
        case .json(let json): return Array(json.utf8)
        case .file(_, let shown): return Self.quoted("upload:" + shown)
        case .text(let text):
            guard let schema else { return Self.quoted(text) }
            return schema.json(of: text, named: name, isItem: isItem)
        }
    }

    // MARK: - The envelope

    /// Appends the input that is given as JSON, combined with the inputs that have their own fields.
    private func append(_ whole: String, _ input: Members, to text: inout [UInt8]) throws(RequestError) {
        guard !input.names.isEmpty else { return text.append(contentsOf: whole.utf8) }
        // It was checked when it arrived.
        guard let document = try? JSONDocument.parsing(whole), document.root.kind == .object else {
            throw .invalid(location: ["input"], message: "the field `input` of the form must be a JSON object")
        }
        text.append("{")
        try document.root.forEachMember { (name, value) throws(RequestError) in
            guard !input.names.contains(ExactString(name)) else {
                throw .invalid(
                    location: ["input", name],
                    message: "given twice: in the form's field `input` and as a separate field")
            }
            appendJSONString(name, to: &text)
            text.append(":")
            value.writeAsRead(to: &text)
            text.append(",")
        }
        text.append(contentsOf: input.text)
        text.append("}")
    }

    private static func value(
        of member: PredictionRequest.Member, _ values: [Field]
    ) throws(RequestError) -> [UInt8] {
        switch (member, values[0]) {
        case (.webhookEventsFilter, .text(let text)) where values.count > 1 || text.first != "[":
            var list = Array("[".utf8)
            for (index, value) in values.enumerated() {
                guard case .text(let word) = value else {
                    throw .invalid(location: [member.name], message: "several fields with this name must all be text")
                }
                if index > 0 { list.append(",") }
                appendJSONString(word, to: &list)
            }
            return list + Array("]".utf8)
        case (.id, .text(let text)), (.webhook, .text(let text)): return quoted(text)
        default:
            guard values.count == 1 else {
                throw .invalid(location: [member.name], message: "the form has more than one field with this name")
            }
            return Array(try json(values[0], at: [member.name]).utf8)
        }
    }

    private static func json(_ field: Field, at location: [String]) throws(RequestError) -> String {
        switch field {
        case .json(let json): return json
        case .text(let text):
            try check(json: text, location)
            return text
        case .file: throw .invalid(location: location, message: "a file is not allowed here")
        }
    }

    private static func check(json: String, _ location: [String]) throws(RequestError) {
        do throws(JSONError) {
            _ = try JSONDocument.parsing(json)
        } catch {
            throw .invalid(location: location, message: "the field must be JSON: \(error)")
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        appendJSONString(text, to: &output)
        return output
    }

    /// The members of an object, as text.
    private struct Members {
        var names: Set<ExactString> = []
        var text: [UInt8] = []

        mutating func add(_ name: String, _ value: [UInt8]) {
            if !names.isEmpty { text.append(",") }
            names.insert(ExactString(name))
            appendJSONString(name, to: &text)
            text.append(":")
            text.append(contentsOf: value)
        }
    }
}
