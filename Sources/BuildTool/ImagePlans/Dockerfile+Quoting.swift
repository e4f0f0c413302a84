import JSON

extension Dockerfile {
    /// A value of `ENV` or `LABEL`: as it is where it is plain, else in quotes with `"`, `\` and `$` escaped.
    package static func quoted(_ value: String) -> String {
        let plain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:@%+,=~".contains($0)) }
        if plain && !value.isEmpty { return value }
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "\\$")
        return "\"\(escaped)\""
    }

    /// The paths of a `COPY`, in JSON form when one of them has white space. Characters with a meaning stand for
    /// themselves.
    static func words(_ sources: [String], to target: String) -> String {
        let paths = sources.map { word($0, isSource: true) } + [word(target, isSource: false)]
        if paths.allSatisfy({ !$0.contains(where: \.isWhitespace) }) { return paths.joined(separator: " ") }
        return "[" + paths.map(JSONTree.quoted).joined(separator: ", ") + "]"
    }

    private static func word(_ path: String, isSource: Bool) -> String {
        path.map { character in
            if isSource, "*?[".contains(character) { return "[\(character)]" }
            return "\\\"'$".contains(character) ? "\\\(character)" : String(character)
        }.joined()
    }
}
