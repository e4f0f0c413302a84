/// Lists in the values of HTTP fields, whose elements may be quoted strings (RFC 9110, 5.6).
public enum QuotedList {
    /// The elements between separators outside of quoted strings, as written. Surrounding whitespace and empty elements
    /// are left out.
    public static func elements(of text: String, separatedBy separator: Character) -> [String] {
        var elements: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                elements.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        elements.append(text[start...])
        return elements.map(trimmed).filter { !$0.isEmpty }
    }

    /// The text without the spaces and tabs at both ends.
    public static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(text[first...last])
    }
}
