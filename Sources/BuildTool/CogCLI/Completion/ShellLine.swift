/// A command line up to the cursor, split into words as bash does it.
struct ShellLine: Equatable, Sendable {
    /// The words before the one at the cursor, without quotes.
    private(set) var words: [String] = []
    /// The word at the cursor, without quotes; empty after a space.
    private(set) var word = ""
    /// The quote that is open at the cursor: `"`, `'`, or nil.
    private(set) var quote: Character?

    init(_ text: String) {
        var isWord = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                // Between double quotes a backslash stands for itself before most characters.
                if quote == "\"", !"\"\\$`".contains(character) { word.append("\\") }
                word.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
                isWord = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                isWord = true
            } else if character.isWhitespace {
                if isWord { words.append(word) }
                word = ""
                isWord = false
            } else {
                word.append(character)
                isWord = true
            }
        }
    }

    /// The part of the word in front of what bash replaces: bash also ends words at `=`, `@`, and `:`.
    ///
    /// - Parameter part: what is replaced, as it is typed.
    func kept(replacing part: String) -> String {
        let part = quote == nil ? ShellLine(part).word : part
        return word.hasSuffix(part) ? String(word.dropLast(part.count)) : ""
    }

    /// A text as it is written at the cursor so that bash reads it unchanged.
    func quoted(_ text: String) -> String {
        let special: String
        switch quote {
        case "'": return text.replacing("'", with: "'\\''")
        case "\"": special = "\"\\$`"
        default: special = " \t\"'\\$`&|;<>()*?[]{}!#"
        }
        return text.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }
}
