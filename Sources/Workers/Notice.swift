/// A message for the operator about workers: a line for the log.
public struct Notice: Equatable, Sendable {
    /// The severity.
    public enum Level: Equatable, Sendable {
        case info, warning, error
        /// Text printed by the model itself, which is shown whatever the log level.
        case output
    }

    /// The severity.
    public let level: Level
    /// The source of the message, such as `coglet::setup`.
    public let target: StaticString
    /// The line; for ``Level/output``, the text as the model wrote it.
    public let text: String
    /// Additional facts by name.
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

    /// Whether both contain the same message.
    public static func == (left: Notice, right: Notice) -> Bool {
        left.level == right.level && left.target.description == right.target.description && left.text == right.text
            && left.facts.elementsEqual(right.facts) {
                $0.name.description == $1.name.description && $0.value == $1.value
            }
    }
}
