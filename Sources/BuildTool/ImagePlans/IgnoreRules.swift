import ToolBasics

/// The rules of a `.dockerignore`: which files of a project no build sees.
package struct IgnoreRules {
    private struct Rule {
        let parts: [Substring]
        let isException: Bool
    }

    private let rules: [Rule]

    package init(_ text: String) {
        rules = text.split(whereSeparator: \.isNewline).compactMap { line in
            guard !line.hasPrefix("#") else { return nil }
            var pattern = line.trimmingSpaces[...]
            let isException = pattern.hasPrefix("!")
            if isException { pattern = pattern.dropFirst().drop { $0 == " " } }
            let parts = pattern.split(separator: "/").filter { $0 != "." }
            return parts.isEmpty ? nil : Rule(parts: parts, isException: isException)
        }
    }

    /// Whether a path, relative to the project, is hidden. The last rule that fits it or a directory above it counts.
    package func hides(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return rules.last { rule in
            (1...max(1, parts.count)).contains { Self.fits(rule.parts[...], parts.prefix($0)) }
        }?.isException == false
    }

    private static func fits(_ pattern: ArraySlice<Substring>, _ path: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            return (0...path.count).contains { fits(pattern.dropFirst(), path.dropFirst($0)) }
        }
        guard let name = path.first, fits(Array(first)[...], Array(name)[...]) else { return false }
        return fits(pattern.dropFirst(), path.dropFirst())
    }

    /// One part of a path: `*`, `?`, `[a-z]`, `[^a]`, and `\\` before what stands for itself.
    private static func fits(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case "*": return (0...name.count).contains { fits(pattern.dropFirst(), name.dropFirst($0)) }
        case "?": return !name.isEmpty && fits(pattern.dropFirst(), name.dropFirst())
        case "[":
            guard let end = pattern.dropFirst().firstIndex(of: "]"), let character = name.first else { return false }
            var set = pattern[pattern.index(after: pattern.startIndex)..<end]
            let isNegated = set.first == "^"
            if isNegated { set = set.dropFirst() }
            return isIn(set, character) != isNegated && fits(pattern[(end + 1)...], name.dropFirst())
        case "\\" where pattern.count > 1:
            let literal = pattern.dropFirst()
            return literal.first == name.first && fits(literal.dropFirst(), name.dropFirst())
        default: return first == name.first && fits(pattern.dropFirst(), name.dropFirst())
        }
    }

    private static func isIn(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
        var rest = set
        while let low = rest.popFirst() {
            guard rest.count > 1, rest.first == "-", let high = rest.dropFirst().first else {
                if low == character { return true }
                continue
            }
            if low <= character, character <= high { return true }
            rest = rest.dropFirst(2)
        }
        return false
    }
}
