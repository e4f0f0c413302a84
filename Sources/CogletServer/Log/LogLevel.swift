/// The level of the server's log: `COG_LOG_LEVEL`.
enum LogLevel: Int, Comparable {
    case debug, info, warning, error

    /// Parses `debug`, `info`, `warn`, `warning`, or `error`; anything else means `info`.
    init(reading text: String?) {
        switch text {
        case "debug": self = .debug
        case "warn", "warning": self = .warning
        case "error": self = .error
        default: self = .info
        }
    }

    /// The word in a log line.
    var word: StaticString {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        }
    }

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
