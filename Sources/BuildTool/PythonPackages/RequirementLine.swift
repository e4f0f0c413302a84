import ToolBasics

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
    package func with(version: String) -> String {
        let head = requirement.split(around: "==")[0].trimmingSpaces
        return head + "==" + version + (marker.isEmpty ? "" : " " + marker)
    }
}
