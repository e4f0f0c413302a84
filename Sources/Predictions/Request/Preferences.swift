internal import Glibc
internal import HTTPFields

/// How a client wants to be answered, according to its `Prefer`, `Accept`, and `Content-Type` fields.
public enum Preferences {
    /// `respond-async` and `wait` of RFC 7240.
    public struct Prefer: Equatable, Sendable {
        /// Whether the client wants 202 immediately.
        public var isAsynchronous = false
        /// Whether the client is willing to wait, with or without a time limit.
        public var waits = false
        /// How long the client is willing to wait for the result, in seconds.
        public var waitSeconds: Int?

        /// Reads all `Prefer` fields of a request. Names are case-insensitive; the first occurrence of a preference
        /// counts.
        public init(reading fields: [String]) {
            guard !fields.isEmpty else { return }
            var seen: Set<String> = []
            for field in fields {
                for element in QuotedList.elements(of: field, separatedBy: ",") {
                    let parameters = QuotedList.elements(of: element, separatedBy: ";")
                    guard let preference = parameters.first else { continue }
                    let (name, value) = pair(preference)
                    guard seen.insert(name).inserted else { continue }
                    if name == "respond-async" { isAsynchronous = true }
                    if name == "wait" { waits = true }
                    if name == "wait", let seconds = Int(value), seconds >= 0 { waitSeconds = seconds }
                }
            }
        }
    }

    /// Whether an `Accept` field names the event stream type; wildcards don't count. A quality of 0 refuses it (RFC
    /// 9110 section 12.5.1).
    public static func acceptsEventStream(_ field: UnsafeRawBufferPointer) -> Bool {
        // Few of the fields that clients send contain this word.
        guard hasSubtype("/event-stream", field) else { return false }
        return accepts("text/event-stream", String(decoding: field, as: UTF8.self))
    }

    /// Whether an `Accept` or `Accept-Encoding` field contains `name`, which must be in lower case; wildcards don't
    /// count. A quality of 0 refuses it.
    public static func accepts(_ name: String, _ field: String) -> Bool {
        QuotedList.elements(of: field, separatedBy: ",").contains { element in
            let parameters = QuotedList.elements(of: element, separatedBy: ";")
            guard parameters.first?.lowercased() == name else { return false }
            return !parameters.dropFirst().contains { parameter in
                let (name, value) = pair(parameter)
                return name == "q" && Double(value) == 0
            }
        }
    }

    /// The quality, from 0 to 1, that an `Accept` field gives to `name`, which must be in lower case; nil if it doesn't
    /// contain the name. Wildcards don't count.
    public static func quality(of name: String, in field: String) -> Double? {
        QuotedList.elements(of: field, separatedBy: ",").compactMap { element -> Double? in
            let parameters = QuotedList.elements(of: element, separatedBy: ";")
            guard parameters.first?.lowercased() == name else { return nil }
            let quality = parameters.dropFirst().lazy.map { pair($0) }.first { $0.name == "q" }
            return quality.map { Double($0.value) ?? 0 } ?? 1
        }.max()
    }

    /// Whether `Accept` fields prefer one type to another, both in lower case: first by quality, then by how
    /// specifically they name it (RFC 9110, 12.5.1).
    public static func prefers(_ type: String, over other: String, _ fields: [String]) -> Bool {
        let wanted = rank(of: type, fields)
        return wanted.quality > 0 && wanted > rank(of: other, fields)
    }

    /// The quality that the most specific matching range gives to a type, and how specific that range is.
    private static func rank(of type: String, _ fields: [String]) -> (quality: Double, exactness: Int) {
        let family = type.prefix { $0 != "/" } + "/*"
        var rank = (quality: 0.0, exactness: 0)
        for element in fields.flatMap({ QuotedList.elements(of: $0, separatedBy: ",") }) {
            let parameters = QuotedList.elements(of: element, separatedBy: ";")
            let range = parameters.first?.lowercased() ?? ""
            let exactness = range == type ? 3 : range == family ? 2 : range == "*/*" ? 1 : 0
            guard exactness > rank.exactness else { continue }
            let quality = parameters.dropFirst().lazy.map(pair).first { $0.name == "q" }.map { Double($0.value) ?? 1 }
            rank = (quality ?? 1, exactness)
        }
        return rank
    }

    /// Whether a body with this type is read as JSON: `application/json` or `application/…+json`, ignoring parameters.
    public static func isJSON(contentType: UnsafeRawBufferPointer) -> Bool {
        let usual: StaticString = "application/json"
        let count = usual.utf8CodeUnitCount
        if hasPrefix(usual, contentType), contentType.count == count || contentType[count] == UInt8(ascii: ";") {
            return true
        }
        let text = String(decoding: contentType, as: UTF8.self)
        let type = QuotedList.elements(of: text, separatedBy: ";").first?.lowercased() ?? ""
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    // MARK: - Bytes

    /// Whether `field` starts with a lower-case literal, ignoring case.
    private static func hasPrefix(_ literal: StaticString, _ field: UnsafeRawBufferPointer) -> Bool {
        guard field.count >= literal.utf8CodeUnitCount else { return false }
        for index in 0..<literal.utf8CodeUnitCount {
            var byte = field[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            guard byte == literal.utf8Start[index] else { return false }
        }
        return true
    }

    /// Whether a slash in `field`, together with what follows it, matches a lower-case literal, ignoring case.
    private static func hasSubtype(_ literal: StaticString, _ field: UnsafeRawBufferPointer) -> Bool {
        var rest = field
        while let start = rest.baseAddress, let slash = memchr(start, Int32(UInt8(ascii: "/")), rest.count) {
            rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(slash) - start)...])
            if hasPrefix(literal, rest) { return true }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        }
        return false
    }

    // MARK: - Lists

    /// Splits `name=value`; the name is converted to lower case and quotes around the value are removed.
    private static func pair(_ text: String) -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "=") else { return (text.lowercased(), "") }
        var value = QuotedList.trimmed(String(text[text.index(after: equals)...]))
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
            value = String(value.dropFirst().dropLast())
        }
        return (QuotedList.trimmed(String(text[..<equals])).lowercased(), value)
    }
}
