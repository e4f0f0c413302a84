/// The lines of a Python file, for the few things that can be seen without running it.
struct PythonSource {
    private(set) var lines: [String]

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    var text: String { lines.joined(separator: "\n") }

    /// The names of classes or functions at the top of the file.
    func topLevelNames() -> (classes: [String], functions: [String]) {
        (lines.compactMap { Self.name($0, after: "class ") }, lines.compactMap { Self.function($0) })
    }

    /// The line number and text of the `def` of a method, up to its colon, in a class of the file.
    func signature(of method: String, in className: String) -> (line: Int, text: String)? {
        guard let start = lines.firstIndex(where: { Self.name($0, after: "class ") == className }) else { return nil }
        for index in (start + 1)..<lines.count {
            let line = lines[index]
            if !line.isEmpty, line.first?.isWhitespace == false, !line.hasPrefix("#"), !line.hasPrefix(")") {
                return nil
            }
            if line.first?.isWhitespace == true, Self.function(line.trimmingSpaces) == method {
                return (index + 1, wholeSignature(from: index))
            }
        }
        return nil
    }

    /// Joins lines until the brackets are closed and a colon ends the line.
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

    static func name(_ line: String, after keyword: String) -> String? {
        guard line.hasPrefix(keyword) else { return nil }
        let name = line.dropFirst(keyword.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return name.isEmpty ? nil : String(name)
    }

    static func function(_ line: String) -> String? { name(line, after: "def ") ?? name(line, after: "async def ") }

    /// Line numbers of lines with `text`.
    func lineNumbers(with text: String) -> [Int] {
        lines.indices.filter { lines[$0].contains(text) }.map { $0 + 1 }
    }

    /// Takes a name out of `from … import …` lines; a line that imports nothing else goes.
    mutating func removeImport(_ name: String) {
        lines = lines.compactMap { line in
            guard line.hasPrefix("from "), let keyword = line.firstRange(of: " import ") else { return line }
            let names = line[keyword.upperBound...].split(separator: ",").map(\.trimmingSpaces)
            guard names.contains(name) else { return line }
            let kept = names.filter { $0 != name }
            return kept.isEmpty ? nil : String(line[..<keyword.upperBound]) + kept.joined(separator: ", ")
        }
    }

    mutating func replaceLines(_ transform: (String) -> String?) { lines = lines.compactMap(transform) }
}
