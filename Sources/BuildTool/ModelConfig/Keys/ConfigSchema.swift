import JSON
import ToolBasics

/// The JSON Schema of `cog.yaml`, for editors, and the table of its reference page.
package enum ConfigSchema {
    /// Where a project keeps the schema, relative to its directory.
    package static let path = ".cog/cog.yaml.schema.json"
    /// The line of `cog.yaml` that tells editors.
    package static let comment = "# yaml-language-server: $schema=\(path)\n"

    /// A schema of draft 7, which is what editors know.
    package static var text: String {
        var root = schema(ConfigFile.keys.form)
        root["$schema"] = .string("http://json-schema.org/draft-07/schema#")
        root["title"] = .string("cog.yaml")
        root["description"] = .string("What a model is and what its image needs. Version \(ProgramVersion.current).")
        return JSONTree.object(root).text(indented: true) + "\n"
    }

    /// The keys with their values and meanings, as Markdown.
    package static var table: String {
        let rows = flattened.map { field, key in
            var meaning = key.summary
            if key.isRequired { meaning += " Required." }
            if let standard = key.standard { meaning += " Default: \(standard)." }
            if let replacement = key.replacement { meaning += " **Deprecated**: use `\(replacement)`." }
            return "| `\(field)` | \(key.form.words) | \(meaning) |\n"
        }
        return "| key | value | meaning |\n| --- | --- | --- |\n" + rows.joined()
    }

    /// All keys by their dotted names, `[]` standing for any item: in the order of the reference page.
    static var flattened: [(field: String, key: ConfigDescription)] { fields(ConfigFile.keys.form, "") }

    private static func fields(_ form: ConfigForm, _ parent: String) -> [(field: String, key: ConfigDescription)] {
        switch form {
        case .mapping(let keys):
            return keys.flatMap { key in
                let field = (parent.isEmpty ? "" : parent + ".") + key.name
                return [(field, key)] + fields(key.form, field)
            }
        case .list(let item): return fields(item, parent + "[]")
        case .either(let forms):
            // The same mapping, alone or in a list, is one.
            return forms.first { if case .mapping = $0 { true } else { false } }.map { fields($0, parent) } ?? []
        case .text, .bool, .integer, .number, .anyMapping: return []
        }
    }

    // MARK: - JSON

    private typealias Members = [ExactString: JSONTree]

    private static func schema(_ form: ConfigForm) -> Members {
        switch form {
        case .text(let choices) where !choices.isEmpty:
            return ["enum": .array(choices.map(JSONTree.string) + [.null])]
        // A text may look like a number or a truth value.
        case .text: return ["type": types("string", "number", "boolean")]
        case .bool:
            // YAML 1.1 has more words for them, which editors for YAML 1.2 take for text.
            let words = ["yes", "no", "on", "off"]
            return [
                "anyOf": .array([
                    .object(["type": types("boolean")]), .object(["enum": .array(words.map(JSONTree.string))]),
                ])
            ]
        case .integer(let least):
            var members: Members = ["type": types("integer")]
            if let least { members["minimum"] = .int(Int64(least)) }
            return members
        case .number: return ["type": types("number")]
        case .list(let item): return ["type": types("array"), "items": .object(schema(item))]
        case .anyMapping: return ["type": types("object")]
        case .mapping(let keys): return mapping(keys)
        case .either(let forms): return ["anyOf": .array(forms.map { .object(schema($0)) })]
        }
    }

    private static func mapping(_ keys: [ConfigDescription]) -> Members {
        var properties: Members = [:]
        for key in keys {
            var members = schema(key.form)
            members["description"] = .string(
                key.summary + (key.standard.map { " Default: \($0)." } ?? "")
                    + (key.replacement.map { " Deprecated: use \($0)." } ?? ""))
            if let replacement = key.replacement {
                members["deprecationMessage"] = .string("Deprecated: use \(replacement)")
            }
            properties[ExactString(key.name)] = .object(members)
        }
        var members: Members = [
            "type": types("object"), "properties": .object(properties), "additionalProperties": .bool(false),
        ]
        let required = keys.filter(\.isRequired).map { JSONTree.string($0.name) }
        if !required.isEmpty { members["required"] = .array(required) }
        return members
    }

    /// A key without a value counts as missing.
    private static func types(_ names: String...) -> JSONTree { .array((names + ["null"]).map(JSONTree.string)) }
}
