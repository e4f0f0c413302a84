// Signs of a URL are single scalars, whatever follows them: to `Character`, a slash before a combining mark is no slash.

extension String {
    /// Without the white space and control characters at both ends.
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
    /// What stands before the first of these signs, or everything.
    func upTo(_ signs: String) -> Substring {
        self[..<(utf8.firstIndex { signs.utf8.contains($0) } ?? endIndex)]
    }

    /// Without the first signs. They are ASCII.
    func dropping(_ count: Int) -> Substring {
        self[(utf8.index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
    }
}
