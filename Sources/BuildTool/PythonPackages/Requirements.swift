import ToolBasics

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
    /// line names none, nil where there is no such line or it names an address.
    package func specifier(of package: String) -> String? {
        for line in lines.map(RequirementLine.init) where line.name == package && !line.isAddress {
            let rest = line.requirement.drop { !"=<>!~".contains($0) }.drop { "=<>!~ ".contains($0) }
            return String(rest.prefix { !", ".contains($0) })
        }
        return nil
    }

    /// Like `specifier(of:)`, but nil where no version is named.
    package func version(of package: String) -> String? {
        specifier(of: package).flatMap { $0.isEmpty ? nil : $0 }
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
