import Glibc
import ToolBasics

/// Lines for people, on standard error; standard output belongs to results.
package struct Console: Sendable {
    /// Whether lines get icons and colors.
    package let usesColor: Bool
    /// Whether debug lines are printed.
    package let isDebug: Bool
    /// Whether standard error is a terminal: a pipe gets no progress.
    package let isTerminal: Bool
    /// Whether lines can change: not on a terminal that can only print.
    let drawsLines: Bool
    /// Whether notes are for terminals alone, in commands that are called again and again.
    private let isTerse: Bool

    /// - Parameters:
    ///   - noColor: `--no-color`.
    ///   - terse: whether a pipe gets warnings and errors alone, and no notes.
    package init(environment: [String: String], noColor: Bool, debug: Bool, terse: Bool = false) {
        let off = [EnvironmentVariable.noColor, .cogNoColor].contains { !(environment[$0] ?? "").isEmpty }
        isTerminal = isatty(STDERR_FILENO) == 1
        drawsLines = isTerminal && environment[.terminal] != "dumb"
        usesColor = !noColor && !off && drawsLines
        isDebug = debug
        isTerse = terse
    }

    /// Something to know that is no warning.
    package func note(_ text: String) { if isTerminal || isDebug || !isTerse { info(text) } }

    package func info(_ text: String) { line("⚙", "", text) }
    package func success(_ text: String) { line("✔", "32", text) }
    package func warn(_ text: String) { line("⚠", "33", text) }
    package func error(_ text: String) { line("✗", "31", text) }
    package func debug(_ text: String) { if isDebug { line("⚙", "2", faint(text)) } }

    /// A line as it is, without an icon.
    package func plain(_ text: String) { LiveLine.shared.writeLine(text) }

    /// Text of others as it is, which need not end a line.
    package func raw(_ text: String) { LiveLine.shared.write(text.utf8) }

    /// The line that still changes.
    func live(_ text: ActivityText) {
        let columns = max(20, (Self.terminalColumns ?? 80) - 1)
        let text = usesColor ? "⚙ " + text.live(columns: columns - 2) : text.live(columns: columns)
        LiveLine.shared.show(text, columns: text.count)
    }

    /// The line that stays of something that is done, above the one that still changes.
    ///
    /// - Parameter endsActivity: whether it takes the place of that one.
    func lasting(_ text: String, endsActivity: Bool) {
        LiveLine.shared.writeLine(usesColor ? "\u{1B}[32m✔\u{1B}[0m " + text : text, isLast: endsActivity)
    }

    private func faint(_ text: String) -> String { usesColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    /// A changing value inside a line.
    package func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// Lines with an icon are wrapped between words; others stay as they are, for programs that read them.
    private func line(_ icon: String, _ color: String, _ text: String) {
        guard usesColor, !text.isEmpty else { return LiveLine.shared.writeLine(text) }
        let icon = color.isEmpty ? icon : "\u{1B}[\(color)m\(icon)\u{1B}[0m"
        let text = Self.wrapped(text, columns: (Self.terminalColumns ?? .max) - 2)
        LiveLine.shared.writeLine("\(icon) \(text)")
    }

    /// How wide the terminal on standard error is; nil where it doesn't say.
    private static var terminalColumns: Int? {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 2 else { return nil }
        return Int(size.ws_col)
    }

    /// Breaks lines between words so that they fit; a word that is too long keeps its line to itself.
    static func wrapped(_ text: String, columns: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { wrapped(line: $0, columns: columns) }
            .joined(separator: "\n")
    }

    private static func wrapped(line: Substring, columns: Int) -> String {
        var out = String(line.prefix { $0 == " " })
        var used = out.count
        var isFirst = true
        for word in line.dropFirst(used).split(separator: " ", omittingEmptySubsequences: false) {
            let length = visibleLength(word)
            if !isFirst {
                let fits = used + 1 + length <= columns
                out += fits ? " " : "\n"
                used = fits ? used + 1 : 0
            }
            isFirst = false
            out += word
            used += length
        }
        return out
    }

    /// How many columns a text takes: its characters without the sequences that make it bold or colored.
    private static func visibleLength(_ text: Substring) -> Int {
        var count = 0
        var isSequence = false
        for character in text {
            if character == "\u{1B}" {
                isSequence = true
            } else if isSequence {
                isSequence = character != "m"
            } else {
                count += 1
            }
        }
        return count
    }

    /// Writes a result to standard output.
    package static func result(_ text: String) { LiveLine.shared.writeResult(text) }

    /// Why a result could not be written; nil when all of them were.
    package static var resultFailure: String? {
        LiveLine.shared.resultFailure.map { "can't write to standard output: \(String(cString: strerror($0)))" }
    }
}
