/// The text of a file that a person wrote, for messages that show the place they are about.
package struct SourceText: Equatable, Sendable {
    /// A place in the file. Both numbers start from 1; columns count Unicode scalars.
    package struct Place: Equatable, Sendable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// The file's name, as messages have it.
    package let file: String
    private let lines: [Substring]

    package init(_ text: String, file: String) {
        self.file = file
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// `FILE:LINE:COLUMN: message`, and below it the line with a caret; the message alone without a place.
    package func message(_ message: String, at place: Place?) -> String {
        guard let place else { return message }
        return "\(file):\(place.line):\(place.column): \(message)" + excerpt(place)
    }

    /// The line at a place and a caret below the column, each after a line break; nothing where there is no such line.
    package func excerpt(_ place: Place) -> String {
        guard lines.indices.contains(place.line - 1) else { return "" }
        var line = lines[place.line - 1].unicodeScalars
        var column = min(max(place.column - 1, 0), line.count)
        var omitted = ""
        if column > Self.contextColumns {
            line = line.dropFirst(column - Self.contextColumns)
            column = Self.contextColumns
            omitted = "…"
        }
        let shown = String(Substring(line.prefix(column + Self.contextColumns)))
        // A tab takes as many columns on the second line as on the first.
        let padding = line.prefix(column).map { $0 == "\t" ? "\t" : " " }.joined()
        let shift = omitted.isEmpty ? "" : " "
        return "\n  \(omitted)\(shown)\n  \(shift)\(padding)^"
    }

    /// The column of the first character of a line that is no white space.
    package func firstColumn(line: Int) -> Int {
        guard lines.indices.contains(line - 1) else { return 1 }
        return lines[line - 1].unicodeScalars.prefix { $0.properties.isWhitespace }.count + 1
    }

    /// How much of a long line is shown on either side of the caret.
    private static let contextColumns = 60
}
