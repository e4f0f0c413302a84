import JSON
import Yams

extension ConfigReader {
    /// The whole inputs that `examples` lists, each with the place of every value: `examples[0].prompt`.
    mutating func examples(_ node: Node, _ field: String) -> [JSONTree] {
        var examples: [JSONTree] = []
        for (item, field) in items(node, field) {
            guard let mapping = mapping(item, field) else { continue }
            var members: [ExactString: JSONTree] = [:]
            for (key, value, field) in entries(mapping, in: field) { members[ExactString(key)] = json(value, field) }
            examples.append(.object(members))
        }
        return examples
    }

    /// A value as JSON has it. What stands in quotes is text.
    private mutating func json(_ node: Node, _ field: String) -> JSONTree {
        if node.sequence != nil { return .array(items(node, field).map { json($0.0, $0.1) }) }
        if let mapping = node.mapping {
            var members: [ExactString: JSONTree] = [:]
            for (key, value, field) in entries(mapping, in: field) { members[ExactString(key)] = json(value, field) }
            return .object(members)
        }
        guard let scalar = node.scalar else { return .null }
        guard scalar.style == .any || scalar.style == .plain else { return .string(scalar.string) }
        return isNull(node) ? .null : Self.plain(scalar.string)
    }

    /// Text without quotes: a truth value, a number as JSON spells it, or itself.
    private static func plain(_ text: String) -> JSONTree {
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            let number = try? JSONTree(parsing: text), number.double != nil
        else { return .string(text) }
        return number
    }
}
