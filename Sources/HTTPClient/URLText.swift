// URL delimiters are single scalars, whatever follows them: to `Character`, a slash before a combining mark isn't a
// slash.

extension String {
    /// The text without leading and trailing whitespace and control characters.
    var trimmingWhitespace: Substring {
        func isPadding(_ character: Character) -> Bool {
            character.isWhitespace || character.unicodeScalars.allSatisfy { $0.value < 0x20 || $0 == "\u{FEFF}" }
        }
        guard let first = firstIndex(where: { !isPadding($0) }), let last = lastIndex(where: { !isPadding($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}

extension Substring {
    /// The text before the first of these delimiters, or all of it.
    func upTo(_ signs: String) -> Substring {
        self[..<(utf8.firstIndex { signs.utf8.contains($0) } ?? endIndex)]
    }

    /// The text without its first `count` characters, which are ASCII.
    func dropping(_ count: Int) -> Substring {
        self[(utf8.index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
    }
}
