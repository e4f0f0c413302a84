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
    package func debug(_ text: String) { if isDebug { line("⚙", "2", text) } }

    /// A line as it is, without an icon.
    package func plain(_ text: String) { Self.write(text + "\n") }

    /// A changing value inside a line.
    package func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    private func line(_ icon: String, _ color: String, _ text: String) {
        guard usesColor, !text.isEmpty else { return Self.write(text + "\n") }
        Self.write(color.isEmpty ? "\(icon) \(text)\n" : "\u{1B}[\(color)m\(icon)\u{1B}[0m \(text)\n")
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
