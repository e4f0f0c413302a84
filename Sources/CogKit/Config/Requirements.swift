/// The Python packages of a project, as lines of a requirements file.
package struct Requirements: Equatable, Sendable {
    /// Lines without comments, joined over backslashes, in file order; `-e .` is dropped.
    package var lines: [String]

    /// Reads the text of a requirements file.
    package init(text: String) {
        var lines: [String] = []
        var joined = ""
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            var line = Self.withoutComment(raw)
            if line.hasSuffix("\\") {
                line.removeLast()
                joined += line
                continue
            }
            let whole = (joined + line).trimmingSpaces
            joined = ""
            if !whole.isEmpty, whole != "-e ." { lines.append(whole) }
        }
        if !joined.trimmingSpaces.isEmpty { lines.append(joined.trimmingSpaces) }
        self.lines = lines
    }

    /// Takes the items of `build.python_packages`.
    package init(packages: [String]) {
        self.init(text: packages.joined(separator: "\n"))
    }

    /// The first version that a line for `package` names after any comparison operator; an empty string where the
    /// line names none, nil where there is no such line.
    package func specifier(of package: String) -> String? {
        guard let line = lines.first(where: { Self.name(of: $0) == package }) else { return nil }
        let rest = line.drop { !"=<>!~".contains($0) }.drop { "=<>!~".contains($0) || $0 == " " }
        return String(rest.prefix { !",; ".contains($0) })
    }

    /// Like `specifier(of:)`, but nil where no version is named.
    package func version(of package: String) -> String? {
        specifier(of: package).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The exact version of a line `package==V`, nil for anything else.
    package static func pin(_ line: String) -> (name: String, version: String)? {
        let parts = line.components(separatedBy: "==")
        guard parts.count == 2, !parts[1].hasPrefix("="), let name = name(of: parts[0]) else { return nil }
        let version = parts[1].trimmingSpaces.prefix { !",; ".contains($0) }
        return (name, String(version))
    }

    /// The package a line is about, in lower case without extras; nil for options and paths.
    package static func name(of line: String) -> String? {
        guard let first = line.first, first.isLetter || first.isNumber else { return nil }
        let name = line.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        let rest = line[name.endIndex...].first
        guard rest == nil || "=<>!~[;@ ".contains(rest ?? " ") else { return nil }
        return name.lowercased().replacing("_", with: "-")
    }

    /// A comment begins at the start of the line or after white space, so a fragment of a URL stays.
    private static func withoutComment(_ line: Substring) -> String {
        var previous: Character = " "
        for index in line.indices {
            if line[index] == "#", previous.isWhitespace { return String(line[..<index]) }
            previous = line[index]
        }
        return String(line)
    }
}
