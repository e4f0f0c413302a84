import ToolBasics

/// Requirement lines that name a wheel or an archive of the project.
package enum LocalArtifact {
    private static let suffixes = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]
    private static let localOptions: Set<String> = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"]

    /// The path that a line consists of; nil for lines that pip can take as they are.
    ///
    /// - Throws: for everything else that only this machine could find.
    package static func path(in line: String) throws(ArtifactFailure) -> String? {
        if line.hasPrefix("-") {
            try checkOption(line)
            return nil
        }
        if line.contains("file:") { throw .fileURL(line) }
        if let at = line.firstRange(of: " @ ") {
            guard line[at.upperBound...].contains("://") else {
                throw .directReference(line)
            }
            return nil
        }
        // Only the suffix tells where a path with spaces ends.
        let end = end(in: line)
        let path = end.map { String(line[..<$0]) } ?? String(line.prefix { !"; [".contains($0) })
        let isArchive = end != nil
        guard path.hasPrefix(".") || path.contains("/") || isArchive, !line.contains("://") else { return nil }
        try checkRest(line.dropFirst(path.count), of: line)
        guard isArchive else {
            throw .notAnArchive(path)
        }
        return path
    }

    /// Where the path of a wheel or an archive ends that a line begins with; nil for other lines.
    package static func end(in line: String) -> String.Index? {
        guard !line.contains("://") else { return nil }
        let ends = suffixes.flatMap { line.ranges(of: $0) }.map(\.upperBound)
        return ends.filter { $0 == line.endIndex || "; [".contains(line[$0]) }.min()
    }

    private static func checkOption(_ line: String) throws(ArtifactFailure) {
        let name = line.prefix { $0 != " " && $0 != "=" }
        if localOptions.contains(String(name)), !line.contains("://") {
            throw .localOption(String(name), line)
        }
    }

    private static func checkRest(_ rest: Substring, of line: String) throws(ArtifactFailure) {
        if rest.hasPrefix("[") { throw .extras(line) }
        if rest.contains(";") { throw .marker(line) }
        if rest.contains("--") { throw .options(line) }
    }
}
