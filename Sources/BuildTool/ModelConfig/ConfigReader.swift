package import ToolBasics
import Yams

/// Turns the text of `cog.yaml` into a `Config` and records the place of every value.
///
/// A plain scalar where text is expected keeps its written form (`3.10` stays `3.10`).
package struct ConfigReader: Sendable {
    /// The values; complete only when `problems` is empty.
    package internal(set) var config = Config()
    /// Values of the wrong type, and unknown keys where they are errors, fit to print.
    package private(set) var problems: [String] = []
    /// Other unknown keys, fit to print.
    package private(set) var warnings: [String] = []
    /// The place of every key and item, by its dotted name: `build.run[0].command`.
    package private(set) var places: [String: SourceText.Place] = [:]
    /// The places of the values that are scalars, by the same names.
    package private(set) var values: [String: SourceText.Place] = [:]
    /// What was read.
    package let text: SourceText
    /// `predict` and `run` as written; the config has one value for both.
    package private(set) var predictKey: String?
    package private(set) var runKey: String?

    /// Whether the file names the schema that projects keep for editors.
    package let namesSchema: Bool

    private var file: String { text.file }

    /// Reads `text`, which came from the file called `file`.
    ///
    /// - Throws: when the text is no YAML, has a key twice, or isn't a mapping.
    package init(_ text: String, file: String) throws(ConfigFailure) {
        self.text = SourceText(text, file: file)
        namesSchema = text.contains(ConfigSchema.path)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            let failure = YAMLFailure(error, in: text)
            throw .problems([unreadable(failure.reason, failure.place)])
        }
        guard let root, !isNull(root) else { return }
        guard let mapping = root.mapping else {
            let place = root.mark.map(SourceText.Place.init)
            throw .problems([unreadable("the file must be a mapping of keys: write \"key: value\"", place)])
        }
        var file = ConfigFile()
        read(mapping, "", ConfigFile.keys, into: &file)
        config = file.config
        (runKey, predictKey) = (file.run, file.predict)
        config.predict = [runKey, predictKey].compactMap { $0 }.first { !$0.isEmpty }
    }

    // MARK: - Keys

    /// Reads the keys of a mapping that a table knows, and reports the others.
    mutating func read<Target>(
        _ mapping: Node.Mapping, _ field: String, _ table: ConfigTable<Target>, into target: inout Target
    ) {
        for (key, value, field) in entries(mapping, in: field) {
            if let known = table.keys.first(where: { $0.name == key }) {
                known.read(&self, value, field, &target)
            } else {
                unknown(key, field, among: table.keys.map(\.name), isMistake: table.isStrict)
            }
        }
    }

    /// An item of a list that is a mapping; nil for anything else, which is reported.
    mutating func part<Part>(_ node: Node, _ field: String, from empty: Part, _ table: ConfigTable<Part>) -> Part? {
        guard let mapping = mapping(node, field) else { return nil }
        var part = empty
        read(mapping, field, table, into: &part)
        return part
    }

    // MARK: - Values

    mutating func entries(_ mapping: Node.Mapping, in parent: String) -> [(String, Node, String)] {
        Self.merged(mapping).map { key, value in
            if key.scalar == nil {
                problems.append(unreadable("a key must be text", key.mark.map(SourceText.Place.init)))
            }
            let name = key.scalar?.string ?? ""
            let field = parent.isEmpty ? name : parent + "." + name
            places[field] = key.mark.map(SourceText.Place.init)
            if value.scalar != nil { values[field] = value.mark.map(SourceText.Place.init) }
            return (name, value, field)
        }
    }

    /// The pairs of a mapping; `<<` adds what the mappings it names have and this one lacks.
    private static func merged(_ mapping: Node.Mapping) -> [(key: Node, value: Node)] {
        var pairs = mapping.filter { $0.key.scalar?.string != "<<" }
        for (key, value) in mapping where key.scalar?.string == "<<" {
            let sources = value.sequence.map(Array.init) ?? [value]
            for pair in sources.compactMap(\.mapping).flatMap(merged)
            where !pairs.contains(where: { $0.key == pair.key }) {
                pairs.append(pair)
            }
        }
        return pairs
    }

    /// The items of a list with the names of their places; none for anything else, which is reported.
    mutating func items(_ node: Node, _ field: String) -> [(Node, String)] {
        if isNull(node) { return [] }
        guard let sequence = node.sequence else {
            wrongType(node, field, "a list")
            return []
        }
        return sequence.enumerated().map { index, item in
            let name = "\(field)[\(index)]"
            places[name] = item.mark.map(SourceText.Place.init)
            return (item, name)
        }
    }

    mutating func mapping(_ node: Node, _ field: String) -> Node.Mapping? {
        if isNull(node) { return nil }
        if let mapping = node.mapping { return mapping }
        wrongType(node, field, "a mapping")
        return nil
    }

    mutating func text(_ node: Node, _ field: String) -> String? {
        if isNull(node) { return nil }
        if let scalar = node.scalar { return scalar.string }
        wrongType(node, field, "text")
        return nil
    }

    mutating func texts(_ node: Node, _ field: String) -> [String] {
        var texts: [String] = []
        for (item, field) in items(node, field) {
            if let text = text(item, field) { texts.append(text) }
        }
        return texts
    }

    mutating func bool(_ node: Node, _ field: String) -> Bool? {
        if isNull(node) { return nil }
        if let scalar = node.scalar, scalar.style == .any || scalar.style == .plain {
            switch scalar.string.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: break
            }
        }
        wrongType(node, field, "true or false")
        return nil
    }

    mutating func int(_ node: Node, _ field: String) -> Int? {
        if isNull(node) { return nil }
        if let scalar = node.scalar, let value = Int(scalar.string) { return value }
        wrongType(node, field, "a whole number")
        return nil
    }

    private mutating func wrongType(_ node: Node, _ field: String, _ expected: String) {
        let got: String
        if let scalar = node.scalar {
            got = "\"\(scalar.string)\""
        } else {
            got = node.mapping == nil ? "a list" : "a mapping"
        }
        problems.append(
            unreadable(
                "\(field) must be \(expected), not \(got)", node.mark.map(SourceText.Place.init) ?? places[field]))
    }

    private func unreadable(_ reason: String, _ place: SourceText.Place?) -> String {
        let line = place.map { "line \($0.line), column \($0.column): " } ?? ""
        return "failed to parse \(file): invalid YAML: \(line)\(reason)" + (place.map(text.excerpt) ?? "")
    }

    private mutating func unknown(_ key: String, _ field: String, among known: [String], isMistake: Bool) {
        let near = Suggestion.near(key, among: known).first
        let hint = near.map { "did you mean \"\($0)\"?" } ?? "the keys here are \(known.joined(separator: ", "))"
        let message = text.message("unknown key \"\(field)\" (\(hint))", at: places[field])
        if isMistake { problems.append(message) } else { warnings.append(message) }
    }

    func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .any || scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
