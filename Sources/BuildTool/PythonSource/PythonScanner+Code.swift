extension PythonScanner {
    /// The source without the contents of strings and without comments; statements on several lines are on their first,
    /// and the rest of their lines is empty.
    var code: String {
        var out = ""
        var pending = 0
        var depth = 0
        var index = 0
        while index < characters.count {
            let end = self.end(ofTokenAt: index)
            let character = characters[index]
            switch character {
            case "#": break
            case "\"", "'":
                out += "''"
                pending += characters[index..<end].count(where: \.isNewline)
            case "\\" where index + 1 < characters.count && characters[index + 1].isNewline:
                pending += 1
                index = end + 1
                continue
            case let character where character.isNewline:
                if depth > 0 {
                    pending += 1
                    out.append(" ")
                } else {
                    out += String(repeating: "\n", count: pending + 1)
                    pending = 0
                }
            default:
                if "([{".contains(character) { depth += 1 }
                if ")]}".contains(character) { depth = max(0, depth - 1) }
                out.append(character)
            }
            index = end
        }
        return out
    }
}
