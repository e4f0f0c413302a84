import ToolBasics
import Yams

/// A value of a manifest. Mappings keep the order in which they are written.
enum ManifestValue: Equatable {
    case text(String)
    case number(Int)
    case bool(Bool)
    case list([ManifestValue])
    case mapping([Member])

    struct Member: Equatable {
        let key: String
        let value: ManifestValue
    }

    /// A mapping without the members that are nil.
    static func members(_ members: KeyValuePairs<String, ManifestValue?>) -> ManifestValue {
        .mapping(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    /// YAML, each of the documents after a line of dashes but the first.
    static func yaml(_ documents: [ManifestValue]) throws(DeploymentFailure) -> String {
        do {
            return try documents.map { try Yams.serialize(node: $0.node, width: -1) }.joined(separator: "---\n")
        } catch {
            throw .yaml(error)
        }
    }

    private var node: Node {
        switch self {
        case .text(let text): .scalar(.init(text, Tag(.str), Self.isPlain(text) ? .plain : .doubleQuoted))
        case .number(let number): .scalar(.init(String(number), Tag(.int), .plain))
        case .bool(let value): .scalar(.init(value ? "true" : "false", Tag(.bool), .plain))
        case .list(let items): .sequence(.init(items.map(\.node)))
        case .mapping(let members):
            .mapping(.init(members.map { (ManifestValue.text($0.key).node, $0.value.node) }))
        }
    }

    /// Whether every reader of YAML takes a text for text when it has no quotes.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, let last = text.last, first.isASCII, first.isLetter || first == "/", last != ":"
        else { return false }
        let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:@".contains($0)) }
            && !words.contains(text.lowercased())
    }
}

extension ManifestValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(number) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral items: ManifestValue...) { self = .list(items) }
    init(dictionaryLiteral members: (String, ManifestValue)...) {
        self = .mapping(members.map { Member(key: $0.0, value: $0.1) })
    }
}
