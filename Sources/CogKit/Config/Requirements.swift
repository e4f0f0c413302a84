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

/// One line of a requirements file, taken apart: `torch[opt]==2.3.1 ; marker --option value`.
package struct RequirementLine: Equatable, Sendable {
    /// Name, extras and versions; the whole line where it is an option.
    package let requirement: String
    /// The environment marker with its semicolon, or an empty string.
    package let marker: String
    /// Options behind the requirement, each with its value.
    package let options: [String]

    package init(_ line: String) {
        guard !line.hasPrefix("-") else {
            requirement = line
            marker = ""
            options = []
            return
        }
        let parts = line.split(around: " --")
        options = parts.dropFirst().map { "--" + $0.trimmingSpaces }
        // A semicolon in an address is part of it, unless there is white space before it.
        let text = parts[0]
        let separator = text.contains("://") ? " ;" : ";"
        let end = text.firstRange(of: separator)?.lowerBound ?? text.endIndex
        requirement = text[..<end].trimmingSpaces
        marker = text[end...].trimmingSpaces
    }

    /// The package's name in lower case without extras; nil for options and paths.
    package var name: String? {
        guard let first = requirement.first, first.isLetter || first.isNumber else { return nil }
        let name = requirement.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        let next = requirement[name.endIndex...].first
        guard next == nil || "=<>!~[@ ".contains(next ?? " ") else { return nil }
        return name.lowercased().replacing("_", with: "-")
    }

    /// Whether the line names an address and no version: `name @ https://…`.
    package var isAddress: Bool { requirement.contains("@") && requirement.contains("://") }

    /// The version of a requirement that allows one only, `name==V`; nil for anything else.
    package var pinned: String? {
        let parts = requirement.split(around: "==")
        guard parts.count == 2, name != nil, !isAddress else { return nil }
        let version = parts[1].trimmingSpaces
        return version.hasPrefix("=") || version.contains(where: { ", <>!~*".contains($0) }) ? nil : version
    }

    /// The line with another pinned version, without its options.
    func with(version: String) -> String {
        let head = requirement.split(around: "==")[0].trimmingSpaces
        return head + "==" + version + (marker.isEmpty ? "" : " " + marker)
    }
}
