/// The parameters in a field's value, such as `form-data; name="a"; filename="b.png"` (RFC 9110, 5.6.6).
public struct FieldParameters {
    /// The text before the first semicolon, in lower case.
    public let subject: String
    private let parameters: [(name: String, value: String)]

    /// Reads a value.
    public init(_ value: String) {
        let segments = QuotedList.elements(of: value, separatedBy: ";")
        subject = segments.first?.lowercased() ?? ""
        parameters = segments.compactMap { segment in
            guard let equals = segment.firstIndex(of: "=") else { return nil }
            let name = segment[..<equals].filter { !$0.isWhitespace }.lowercased()
            return (name, Self.unquoted(segment[segment.index(after: equals)...].drop(while: \.isWhitespace)))
        }
    }

    /// The value of the first parameter named `name`, which must be in lower case.
    ///
    /// The extended form `name*` (RFC 8187) takes precedence over `name`, unless it can't be decoded.
    public subscript(name: String) -> String? {
        let extended = parameters.lazy.filter { $0.name == name + "*" }.compactMap { Self.decoded($0.value) }.first
        return extended ?? parameters.first { $0.name == name }?.value
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
        let bytes = PercentDecoding.bytes(of: parts[2].utf8, plusIsSpace: false)
        switch parts[0].lowercased() {
        case "utf-8": return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
        default: return nil
        }
    }
}
