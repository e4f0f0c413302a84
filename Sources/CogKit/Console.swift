import Foundation
import Glibc

/// Lines for people, on standard error; standard output belongs to results.
package struct Console: Sendable {
    /// Whether lines get icons and colours.
    package let usesColor: Bool
    /// Whether debug lines are printed.
    package let isDebug: Bool

    /// - Parameter noColor: `--no-color`.
    package init(environment: [String: String], noColor: Bool, debug: Bool) {
        let off = ["NO_COLOR", "COG_NO_COLOR"].contains { !(environment[$0] ?? "").isEmpty }
        usesColor = !noColor && !off && environment["TERM"] != "dumb" && isatty(STDERR_FILENO) == 1
        isDebug = debug
    }

    package func info(_ text: String) { line("⚙", "", text) }
    package func success(_ text: String) { line("✔", "32", text) }
    package func warn(_ text: String) { line("⚠", "33", text) }
    package func error(_ text: String) { line("✗", "31", text) }
    package func debug(_ text: String) { if isDebug { line("⚙", "2", faint(text)) } }

    /// A line as it is, without an icon.
    package func plain(_ text: String) { Self.write(text + "\n") }

    /// Text as it is, which need not end a line.
    package func raw(_ text: String) { Self.write(text) }

    private func faint(_ text: String) -> String { usesColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    /// A changing value inside a line.
    package func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// Lines with an icon are wrapped between words; others stay as they are, for whoever reads them by program.
    private func line(_ icon: String, _ color: String, _ text: String) {
        guard usesColor, !text.isEmpty else { return Self.write(text + "\n") }
        let icon = color.isEmpty ? icon : "\u{1B}[\(color)m\(icon)\u{1B}[0m"
        let text = Self.wrapped(text, columns: (Self.terminalColumns ?? .max) - 2)
        Self.write("\(icon) \(text)\n")
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

    /// How many columns a text takes: its characters without the sequences that make it bold or coloured.
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

    private static func write(_ text: String) {
        // Nothing can be told about a standard error that is closed.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Writes a result to standard output.
    package static func result(_ text: String) {
        // A reader that went away ends the program by SIGPIPE, as with any filter.
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
