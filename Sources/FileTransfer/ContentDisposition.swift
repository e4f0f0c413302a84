internal import HTTPFields

/// The name for a file that a server suggests (RFC 6266).
enum ContentDisposition {
    /// The file name in a value of `content-disposition`, as the server wrote it: it may hold a path, or anything else.
    ///
    /// `filename*` comes before `filename`, unless it can't be decoded.
    static func fileName(in value: String) -> String? {
        let parameters = parameters(of: value)
        let extended = parameters.lazy.filter { $0.name == "filename*" }.compactMap { decoded($0.value) }.first
        return extended ?? parameters.first { $0.name == "filename" }?.value
    }

    /// Names, in lower case, and values, out of their quotes.
    private static func parameters(of value: String) -> [(name: String, value: String)] {
        QuotedList.elements(of: value, separatedBy: ";").compactMap { segment in
            guard let equals = segment.firstIndex(of: "=") else { return nil }
            let name = segment[..<equals].filter { !$0.isWhitespace }.lowercased()
            return (name, unquoted(segment[segment.index(after: equals)...].drop(while: \.isWhitespace)))
        }
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.first == "\"" else { return String(text.reversed().drop(while: \.isWhitespace).reversed()) }
        var result = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            result.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
        return result
    }

    /// A value with its charset (RFC 8187): `UTF-8'en'%e2%82%ac.png`.
    private static func decoded(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let bytes = FileName.percentDecoded(parts[2].utf8, plusIsSpace: false)
        switch parts[0].lowercased() {
        case "utf-8": return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
        default: return nil
        }
    }
}
