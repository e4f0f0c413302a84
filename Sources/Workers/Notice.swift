/// Something about workers that the operator wants to know: a line for the log.
public struct Notice: Equatable, Sendable {
    /// How much it matters.
    public enum Level: Equatable, Sendable {
        case info, warning, error
        /// What the model itself has printed: it is shown whatever the log's level.
        case output
    }

    /// How much it matters.
    public let level: Level
    /// Who speaks, such as `coglet::setup`.
    public let target: StaticString
    /// The line; of ``Level/output``, the text as the model has written it.
    public let text: String
    /// Further facts, by name.
    public let facts: [(name: StaticString, value: String)]

    init(
        _ level: Level, _ text: String, target: StaticString = "coglet",
        facts: [(name: StaticString, value: String)] = []
    ) {
        self.level = level
        self.target = target
        self.text = text
        self.facts = facts
    }

    /// Whether both say the same.
    public static func == (left: Notice, right: Notice) -> Bool {
        left.level == right.level && left.target.description == right.target.description && left.text == right.text
            && left.facts.elementsEqual(right.facts) {
                $0.name.description == $1.name.description && $0.value == $1.value
            }
    }
}
