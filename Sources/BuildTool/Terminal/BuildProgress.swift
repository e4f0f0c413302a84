import ToolBasics

/// How the progress of builds is shown: `--progress`.
package enum BuildProgress: String, CaseIterable, Sendable {
    /// A line for each stage on a terminal; the log when the build fails.
    case auto
    /// The client's own drawing.
    case tty
    /// The whole log.
    case plain
    /// The log when the build fails, and nothing else.
    case quiet
    /// The log as BuildKit's JSON objects.
    case rawjson

    /// Whether the log is shown only when the build fails.
    package var isSummary: Bool { self == .auto || self == .quiet }

    /// The form that is asked for by an option, else by a variable, else the one that fits the terminal.
    ///
    /// - Parameters:
    ///   - option: `--progress`; nil when not given.
    ///   - isTerminal: whether standard error is one.
    package static func chosen(_ option: String?, _ environment: [String: String], isTerminal: Bool) -> BuildProgress {
        let names = [option, environment[.buildProgress]].compactMap(\.self)
        if let form = names.compactMap(BuildProgress.init).first { return form }
        return isTerminal && environment[.terminal] == "dumb" ? .plain : .auto
    }
}
