import ToolBasics

/// A `from module import names` at the top of a Python file, on one line or in brackets.
package struct PythonImport: Equatable {
    /// The lines that it takes up.
    package let lines: Range<Int>
    package let module: String
    /// Each as written: `name` or `name as other`.
    package let names: [String]

    /// The import that begins on a line; nil for anything else, and for one with comments, which would get lost.
    init?(in source: PythonFile, at start: Int) {
        let first = source.lines[start]
        guard first.hasPrefix("from "), let keyword = first.firstRange(of: " import ") else { return nil }
        var text = String(first[keyword.upperBound...])
        var end = start + 1
        if text.trimmingSpaces.hasPrefix("(") {
            while !text.contains(")"), end < source.lines.count {
                text += " " + source.lines[end]
                end += 1
            }
        }
        let names = text.filter { !"()".contains($0) }.split(separator: ",").map(\.trimmingSpaces).filter {
            !$0.isEmpty
        }
        guard !text.contains("#"), !text.contains("\\"), !names.isEmpty else { return nil }
        lines = start..<end
        module = first[..<keyword.lowerBound].dropFirst("from ".count).trimmingSpaces
        self.names = names
    }

    /// The imports of a file.
    package static func all(in source: PythonFile) -> [PythonImport] {
        source.lines.indices.compactMap { PythonImport(in: source, at: $0) }
    }

    /// The statement with other names, in the form that formatters give it; no line at all without names.
    func text(names: [String]) -> [String] {
        guard !names.isEmpty else { return [] }
        let line = "from \(module) import \(names.joined(separator: ", "))"
        if line.count <= 88 { return [line] }
        return ["from \(module) import ("] + names.map { "    \($0)," } + [")"]
    }
}

extension PythonFile {
    /// Takes names out of the imports of the modules that `isMeant` says.
    package mutating func removeImports(of removed: Set<String>, from isMeant: (String) -> Bool) {
        for statement in PythonImport.all(in: self).reversed() where isMeant(statement.module) {
            let kept = statement.names.filter { !removed.contains($0) }
            guard kept.count < statement.names.count else { continue }
            lines.replaceSubrange(statement.lines, with: statement.text(names: kept))
        }
    }

    /// Adds a name to the first import of a module; without one, makes one on the line `index`.
    package mutating func addImport(of name: String, from module: String, orAt index: Int) {
        guard let statement = PythonImport.all(in: self).first(where: { $0.module == module }) else {
            lines.insert("from \(module) import \(name)", at: index)
            return
        }
        guard !statement.names.contains(name) else { return }
        lines.replaceSubrange(statement.lines, with: statement.text(names: [name] + statement.names))
    }
}
