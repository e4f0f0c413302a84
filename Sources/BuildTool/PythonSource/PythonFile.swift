import ToolBasics

/// The lines of a Python file, for the few things that can be seen without running it.
package struct PythonFile: Equatable {
    package var lines: [String]

    package init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    package var text: String { lines.joined(separator: "\n") }

    // MARK: - Definitions

    /// The names of classes and functions at the top of the file.
    package func topLevelNames() -> (classes: [String], functions: [String]) {
        (lines.compactMap { Self.name($0, after: "class ") }, lines.compactMap { Self.function($0) })
    }

    /// The lines of a class at the top of the file, from its `class` to its last line that isn't blank.
    package func classBody(_ name: String) -> Range<Int>? {
        guard let start = lines.firstIndex(where: { Self.name($0, after: "class ") == name }) else { return nil }
        var end = start + 1
        for index in (start + 1)..<lines.count {
            let line = lines[index]
            if line.allSatisfy(\.isWhitespace) { continue }
            // A bracket or a comment at the margin ends no class.
            guard line.first?.isWhitespace == true || "#)]}".contains(line.first ?? " ") else { break }
            end = index + 1
        }
        return start..<end
    }

    /// The number and the text of the line with the `def` of a method, up to its colon.
    package func signature(of method: String, in className: String) -> (line: Int, text: String)? {
        guard let body = classBody(className) else { return nil }
        let index = body.first { lines[$0].first?.isWhitespace == true && function(at: $0) == method }
        return index.map { ($0 + 1, wholeSignature(from: $0)) }
    }

    /// The same for a function at the top of the file.
    package func signature(ofFunction name: String) -> (line: Int, text: String)? {
        let index = lines.firstIndex { Self.function($0) == name }
        return index.map { ($0 + 1, wholeSignature(from: $0)) }
    }

    /// The same for a method that a class has from itself or from a class of the same file that it derives from.
    package func inheritedSignature(of method: String, in className: String) -> (line: Int, text: String)? {
        var waiting = [className]
        var seen: Set<String> = []
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, let body = classBody(name) else { continue }
            if let found = signature(of: method, in: name) { return found }
            let head = lines[body.lowerBound]
            let bases = head.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: ",")
            waiting += bases.reversed().map(\.trimmingSpaces)
        }
        return nil
    }

    private func function(at index: Int) -> String? { Self.function(lines[index].trimmingSpaces) }

    /// Joins lines until all brackets are closed.
    private func wholeSignature(from index: Int) -> String {
        var text = ""
        var depth = 0
        for line in lines[index...] {
            text += line + " "
            depth += line.filter { "([{".contains($0) }.count - line.filter { ")]}".contains($0) }.count
            if depth <= 0 { break }
        }
        return text
    }

    private static func name(_ line: String, after keyword: String) -> String? {
        guard line.hasPrefix(keyword) else { return nil }
        let name = line.dropFirst(keyword.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return name.isEmpty ? nil : String(name)
    }

    private static func function(_ line: String) -> String? {
        name(line, after: "def ") ?? name(line, after: "async def ")
    }

    // MARK: - Words

    /// The indices of the lines with `word` as a whole word, comments left out.
    package func indices(ofWord word: String) -> [Int] {
        lines.indices.filter { Self.words(lines[$0].prefix { $0 != "#" }).contains(word[...]) }
    }

    private static func words(_ line: Substring) -> [Substring] {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// A line with one word in the place of another.
    package static func replacing(_ word: String, with other: String, in line: String) -> String {
        var out = ""
        var current = ""
        for character in line + "\n" {
            if character.isLetter || character.isNumber || character == "_" {
                current.append(character)
                continue
            }
            out += current == word ? other : current
            current = ""
            out.append(character)
        }
        return String(out.dropLast())
    }
}
