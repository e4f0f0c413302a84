package import ToolBasics

/// Requirement lines that name a wheel or an archive of the project.
package enum LocalArtifact {
    private static let suffixes = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]
    private static let localOptions: Set<String> = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"]

    /// The path that a line consists of; nil for lines that pip can take as they are.
    ///
    /// - Throws: `CogError.config` for everything else that only this machine could find.
    package static func path(in line: String) throws(CogError) -> String? {
        if line.hasPrefix("-") {
            try checkOption(line)
            return nil
        }
        if line.contains("file:") { throw .config(["local file URL requirements are not supported: \(line)"]) }
        if let at = line.firstRange(of: " @ ") {
            guard line[at.upperBound...].contains("://") else {
                throw .config([
                    "local direct reference requirements (`name @ path`) are not supported: \(line); give the bare path"
                ])
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
            throw .config(["local package requirement \"\(path)\" is not a supported wheel or source archive"])
        }
        return path
    }

    /// Where the path of a wheel or an archive ends that a line begins with; nil for other lines.
    package static func end(in line: String) -> String.Index? {
        guard !line.contains("://") else { return nil }
        let ends = suffixes.flatMap { line.ranges(of: $0) }.map(\.upperBound)
        return ends.filter { $0 == line.endIndex || "; [".contains(line[$0]) }.min()
    }

    private static func checkOption(_ line: String) throws(CogError) {
        let name = line.prefix { $0 != " " && $0 != "=" }
        if localOptions.contains(String(name)), !line.contains("://") {
            throw .config(["local requirements option \"\(name)\" is not supported: \(line)"])
        }
    }

    private static func checkRest(_ rest: Substring, of line: String) throws(CogError) {
        let what = "local package artifact requirements"
        if rest.hasPrefix("[") { throw .config(["extras are not supported on \(what): \(line)"]) }
        if rest.contains(";") { throw .config(["environment markers are not supported on \(what): \(line)"]) }
        if rest.contains("--") { throw .config(["\(what) do not support inline options or hashes: \(line)"]) }
    }
}
