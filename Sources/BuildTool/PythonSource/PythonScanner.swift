/// The characters of Python source, with the few rules that tell code from strings, comments, and brackets.
package struct PythonScanner {
    package let characters: [Character]

    package init(_ text: String) { characters = Array(text) }

    package func text(_ range: Range<Int>) -> String { String(characters[range]) }

    /// The number of the line that holds a character.
    package func line(of index: Int) -> Int { characters[..<index].count(where: \.isNewline) + 1 }

    /// The range without white space, line continuations, and comments at its ends; nil if nothing is left.
    package func significant(_ range: Range<Int>) -> Range<Int>? {
        var first: Int?
        var end = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            let next = min(self.end(ofTokenAt: index), range.upperBound)
            if !characters[index].isWhitespace, characters[index] != "#", characters[index] != "\\" {
                first = first ?? index
                end = next
            }
            index = next
        }
        return first.map { $0..<end }
    }

    /// The pieces of a range between separators that stand in no brackets, strings, or comments.
    package func pieces(of range: Range<Int>, separatedBy separator: Character) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = range.lowerBound
        for index in bareIndices(in: range) where characters[index] == separator {
            pieces.append(start..<index)
            start = index + 1
        }
        pieces.append(start..<range.upperBound)
        return pieces
    }

    /// The indices of characters that stand in no brackets, strings, or comments.
    package func bareIndices(in range: Range<Int>) -> [Int] {
        var found: [Int] = []
        var depth = 0
        var index = range.lowerBound
        while index < range.upperBound {
            switch characters[index] {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case "\"", "'", "#": break
            default: if depth == 0 { found.append(index) }
            }
            index = end(ofTokenAt: index)
        }
        return found
    }

    /// What stands between the bracket at `open` and the one that closes it; nil if none does.
    package func contents(ofBracketAt open: Int) -> Range<Int>? {
        var depth = 0
        var index = open
        while index < characters.count {
            switch characters[index] {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: break
            }
            if depth == 0 { return (open + 1)..<index }
            index = end(ofTokenAt: index)
        }
        return nil
    }

    /// The index behind a string or comment that starts at `index`, or behind a single character.
    package func end(ofTokenAt index: Int) -> Int {
        let character = characters[index]
        if character == "#" { return characters[index...].firstIndex(where: \.isNewline) ?? characters.count }
        guard character == "\"" || character == "'" else { return index + 1 }
        let triple = [character, character, character]
        let quotes = characters[index...].starts(with: triple) ? triple : [character]
        var end = index + quotes.count
        while end < characters.count, !characters[end...].starts(with: quotes) {
            end += characters[end] == "\\" ? 2 : 1
        }
        return min(end + quotes.count, characters.count)
    }
}
