import Foundation
package import JSON
package import ModelSchema
import ToolBasics

/// Turns `-i NAME=VALUE` and `--json` into the `input` object of a request.
package struct InputParser {
    /// The inputs as values, for validation.
    package private(set) var values: [ExactString: JSONTree] = [:]
    /// The inputs as JSON text, in the order given; raw JSON of the user keeps its spelling.
    package private(set) var texts: [(name: String, text: String)] = []

    private let document: ModelDocument
    private let component: JSONTree
    private let validator: InputValidator

    /// The `input` object.
    package var text: String {
        "{" + texts.map { JSONTree.quoted($0.name) + ": " + $0.text }.joined(separator: ", ") + "}"
    }

    /// Reads and checks the inputs.
    ///
    /// - Parameters:
    ///   - arguments: `NAME=VALUE` in the order given.
    ///   - json: the object of `--json` as text; excludes `arguments`.
    /// - Throws: `InputFailure` with all problems, `DocumentFailure` for a model without inputs. There are no side effects but
    ///   reading the files that are named.
    package init(
        arguments: [String], json: String?, document: ModelDocument, kind: ModelDocument.Kind
    ) throws {
        self.document = document
        component = try document.inputs(kind)
        validator = InputValidator(document: document)
        if let json {
            try take(json: json)
        } else {
            try take(arguments: arguments)
        }
        let problems = validator.problems(of: values, against: component)
        guard problems.isEmpty else { throw InputFailure.problems(problems) }
    }

    /// The pairs of `-i` options, checked for their form alone.
    package static func pairs(_ arguments: [String]) throws(InputFailure) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for argument in arguments {
            // By code points: a value that begins with an accent makes one character with the sign before it.
            let text = argument.unicodeScalars
            guard let equals = text.firstIndex(of: "=") else {
                throw .notAPair(argument)
            }
            var value = Substring(text[text.index(after: equals)...])
            // A pair of quotes around the value is left over from quoting for a shell.
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
            pairs.append((String(text[..<equals]), String(value)))
        }
        return pairs
    }

    // MARK: - `-i`

    private mutating func take(arguments: [String]) throws(InputFailure) {
        let pairs = try Self.pairs(arguments)
        let properties = component["properties"]?.object ?? [:]
        let unknown = validator.unknownNames(Array(Set(pairs.map { ExactString($0.name) })), properties)
        guard unknown.isEmpty else { throw .problems(unknown) }
        var names: [ExactString] = []
        for pair in pairs where !names.contains(ExactString(pair.name)) { names.append(ExactString(pair.name)) }
        for name in names {
            let given = pairs.filter { ExactString($0.name) == name }.map(\.value)
            let schema = document.resolve(properties[name] ?? .null)
            if given.count > 1 {
                let items = Self.arrayItems(schema, document)
                var values: [JSONTree] = []
                for value in given { values.append(try element(value, items, name.text)) }
                set(name.text, .array(values))
            } else {
                try takeSingle(name.text, given[0], properties[name] ?? .null)
            }
        }
    }

    private mutating func takeSingle(_ name: String, _ text: String, _ property: JSONTree) throws(InputFailure) {
        if text.hasPrefix("@") { return set(name, try Self.file(String(text.dropFirst()), input: name)) }
        let schema = document.resolve(property)
        let accepted = types(schema)
        if accepted.contains("object"), let value = try? JSONTree(parsing: text), value.object != nil {
            return set(name, value, text: text)
        }
        if accepted.contains("array") {
            if let value = try? JSONTree(parsing: text), value.array != nil {
                return set(name, value, text: text)
            }
            if accepted.contains("string") { return set(name, .string(text)) }
            return set(name, .array([try element(text, Self.arrayItems(schema, document), name)]))
        }
        set(name, scalar(text, property))
    }

    private func element(_ text: String, _ schema: JSONTree, _ name: String) throws(InputFailure) -> JSONTree {
        text.hasPrefix("@") ? try Self.file(String(text.dropFirst()), input: name) : scalar(text, schema)
    }

    /// Boolean, integer, number, else text: the first that the schema takes.
    private func scalar(_ text: String, _ property: JSONTree) -> JSONTree {
        let schema = document.resolve(property)
        let accepted = types(schema)
        var candidates: [JSONTree] = []
        if accepted.contains("boolean"), text == "true" || text == "false" { candidates.append(.bool(text == "true")) }
        if accepted.contains("integer") || accepted.contains("number"), let value = Self.integer(text) {
            candidates.append(value)
        }
        if accepted.contains("number"), let value = Self.number(text) { candidates.append(value) }
        if accepted.contains("object"), let value = try? JSONTree(parsing: text), value.object != nil {
            candidates.append(value)
        }
        guard accepted.contains("string") else { return candidates.first ?? .string(text) }
        return candidates.first { validator.problem(of: $0, against: property, path: "") == nil } ?? .string(text)
    }

    /// A decimal integer of any size.
    private static func integer(_ text: String) -> JSONTree? {
        if let value = Int64(text) { return .int(value) }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits.count > 18, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return try? JSONTree(parsing: text)
    }

    /// A decimal number, spelled as it was given where JSON has that form.
    private static func number(_ text: String) -> JSONTree? {
        guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let value = Double(text), value.isFinite else {
            return nil
        }
        return (try? JSONTree(parsing: text)) ?? .number(value)
    }

    /// The JSON types a schema takes, over all members of a union; of a list of choices, those of its values.
    private func types(_ schema: JSONTree) -> Set<String> {
        if let members = schema["anyOf"]?.array { return Set(members.flatMap { types(document.resolve($0)) }) }
        if let type = schema["type"]?.string { return [type] }
        if let choices = schema["enum"]?.array { return Set(choices.map(\.typeName)) }
        return ["string"]
    }

    private static func arrayItems(_ schema: JSONTree, _ document: ModelDocument) -> JSONTree {
        let arrays = [schema] + (schema["anyOf"]?.array ?? []).map(document.resolve)
        return arrays.lazy.compactMap { $0["items"] }.first ?? .object(["type": .string("string")])
    }

    // MARK: - `--json`

    private mutating func take(json: String) throws(InputFailure) {
        let parsed: JSONTree
        do {
            parsed = try JSONTree(parsing: json)
        } catch {
            throw .malformedJSON(reason: error.description)
        }
        guard let members = parsed.object else {
            throw .notAnObject(parsed.typeName)
        }
        let properties = component["properties"]?.object ?? [:]
        let unknown = validator.unknownNames(Array(members.keys), properties)
        guard unknown.isEmpty else { throw .problems(unknown) }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let schema = properties[name].map(document.resolve) ?? .null
            set(name.text, try Self.withFiles(value, schema, document, name.text))
        }
    }

    /// Replaces `@path` by the file: at the top, and where the schema says that a file stands.
    private static func withFiles(
        _ value: JSONTree, _ schema: JSONTree, _ document: ModelDocument, _ name: String, top: Bool = true
    ) throws(InputFailure) -> JSONTree {
        switch value {
        case .string(let text) where text.hasPrefix("@") && (top || schema["format"]?.string == "uri"):
            return try file(String(text.dropFirst()), input: name)
        case .array(let items):
            let schema = document.resolve(schema["items"] ?? .null)
            var replaced: [JSONTree] = []
            for item in items { replaced.append(try withFiles(item, schema, document, name, top: false)) }
            return .array(replaced)
        case .object(let members):
            var replaced = members
            for (key, member) in members {
                let schema = document.resolve(schema["properties"]?[key.text] ?? .null)
                replaced[key] = try withFiles(member, schema, document, name, top: false)
            }
            return .object(replaced)
        default:
            return value
        }
    }

    /// Reads the argument of `--json`: an object, `@FILE`, or `-` and `@-` for standard input.
    package static func readJSON(_ argument: String) throws(InputFailure) -> String {
        if argument == "-" || argument == "@-" {
            guard let data = try? FileHandle.standardInput.readToEnd(), let text = String(data: data, encoding: .utf8)
            else { throw .unreadableInput }
            return text
        }
        guard argument.hasPrefix("@") else { return argument }
        let path = String(argument.dropFirst())
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadableJSON(path, error)
        }
    }

    /// Checks that JSON text is an object, for use before there is a schema.
    package static func checkJSON(_ text: String) throws(InputFailure) {
        let value: JSONTree
        do {
            value = try JSONTree(parsing: text)
        } catch {
            throw .malformedJSON(reason: error.description)
        }
        guard value.object != nil else { throw .notAnObject(value.typeName) }
    }

    // MARK: - Files

    /// A file as a data URL.
    static func file(_ path: String, input: String) throws(InputFailure) -> JSONTree {
        let expanded = expandingTilde(path)
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: expanded))
            return .string("data:\(MediaTypes.type(ofPath: expanded));base64,\(data.base64EncodedString())")
        } catch {
            throw .unreadableFile(path, input: input, error)
        }
    }

    /// `~` at the start stands for the home directory.
    package static func expandingTilde(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        return FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst()
    }

    private mutating func set(_ name: String, _ value: JSONTree, text: String? = nil) {
        values[ExactString(name)] = value
        texts.append((name, text ?? value.text()))
    }
}
