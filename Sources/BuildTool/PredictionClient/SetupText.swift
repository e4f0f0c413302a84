/// What a model has printed during its setup, as the server's health tells it: the server is ready a moment before its
/// standard error has passed all of it on.
package struct SetupText {
    /// How the server marks lines of the model among its own. Other servers mark none.
    private static let mark = "[coglet::setup] "
    /// Only the last lines are looked for, in the end of what was passed on.
    private static let limitBytes = 16 << 10

    private let lines: [Substring]

    /// - Parameter logs: the logs of the setup.
    package init(_ logs: String) {
        var lines: [Substring] = []
        var bytes = 0
        for line in logs.split(separator: "\n").reversed() where line.hasPrefix(Self.mark) {
            bytes += line.utf8.count
            if bytes > Self.limitBytes { break }
            lines.append(line.dropFirst(Self.mark.count))
        }
        self.lines = lines.reversed()
    }

    /// Whether all lines are there, in this order; the server's own lines may stand between them.
    package func isShown(in text: String) -> Bool {
        var missing = lines[...]
        for line in text.split(separator: "\n") where line == missing.first { missing.removeFirst() }
        return missing.isEmpty
    }
}
