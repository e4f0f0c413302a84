/// What the value of a key of `cog.yaml` may look like.
indirect enum ConfigForm {
    /// A scalar, however it is spelled; `choices` are all there are, where there are only some.
    case text(choices: [String] = [])
    case bool
    /// A whole number, and the least that it may be.
    case integer(atLeast: Int? = nil)
    /// A number, with or without a fraction.
    case number
    case list(of: ConfigForm)
    case mapping([ConfigDescription])
    /// A mapping whose keys are not ours.
    case anyMapping
    /// One of several forms.
    case either([ConfigForm])

    /// In words, for the reference page.
    var words: String {
        switch self {
        case .text(let choices) where !choices.isEmpty: Self.joined(choices.map { "`\($0)`" })
        case .text: "text"
        case .bool: "`true` or `false`"
        case .integer(let least): "whole number" + (least.map { " of at least \($0)" } ?? "")
        case .number: "number"
        case .list(let item): "list of " + item.plural
        case .mapping, .anyMapping: "mapping"
        case .either(let forms): Self.joined(forms.map(\.words))
        }
    }

    private var plural: String {
        switch self {
        case .text: "texts"
        case .bool: "truth values"
        case .integer: "whole numbers"
        case .number: "numbers"
        case .list: "lists"
        case .mapping, .anyMapping: "mappings"
        case .either(let forms): forms.map(\.plural).joined(separator: " or ")
        }
    }

    private static func joined(_ words: [String]) -> String {
        guard words.count > 2, let last = words.last else { return words.joined(separator: " or ") }
        return words.dropLast().joined(separator: ", ") + ", or " + last
    }
}

/// A key of `cog.yaml` as people and editors see it.
struct ConfigDescription {
    let name: String
    let form: ConfigForm
    /// What the key is for, in a sentence or two.
    let summary: String
    /// The default; nil if there is nothing to say.
    var standard: String?
    /// What to write instead of a deprecated key.
    var replacement: String?
    /// Whether its mapping is wrong without it.
    var isRequired = false
}
