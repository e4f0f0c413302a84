internal import Glibc
internal import HTTPFields

/// How a client wants to be answered: its `Prefer`, `Accept` and `Content-Type` fields.
public enum Preferences {
    /// `respond-async` and `wait` of RFC 7240.
    public struct Prefer: Equatable, Sendable {
        /// The client wants 202 at once.
        public var isAsynchronous = false
        /// The client is willing to wait, for a time that it may leave open.
        public var waits = false
        /// How long it is willing to wait for the result all the same, in seconds.
        public var waitSeconds: Int?

        /// Reads all `Prefer` fields of a request. Names are case-insensitive, the first use of a preference counts.
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

    /// Whether an `Accept` field asks for an event stream by name; wildcards don't. A quality of 0 refuses it
    /// (RFC 9110 section 12.5.1).
    public static func acceptsEventStream(_ field: UnsafeRawBufferPointer) -> Bool {
        // Of all the fields that clients send, few have the word in them.
        guard hasSubtype("/event-stream", field) else { return false }
        return accepts("text/event-stream", String(decoding: field, as: UTF8.self))
    }

    /// Whether an `Accept` or `Accept-Encoding` field names something, which is given in lower case; wildcards don't count. A
    /// quality of 0 refuses it.
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

    /// How much an `Accept` field wants something, which is given in lower case, from 0 to 1; nil if it doesn't name it.
    /// Wildcards don't count.
    public static func quality(of name: String, in field: String) -> Double? {
        QuotedList.elements(of: field, separatedBy: ",").compactMap { element -> Double? in
            let parameters = QuotedList.elements(of: element, separatedBy: ";")
            guard parameters.first?.lowercased() == name else { return nil }
            let quality = parameters.dropFirst().lazy.map { pair($0) }.first { $0.name == "q" }
            return quality.map { Double($0.value) ?? 0 } ?? 1
        }.max()
    }

    /// Whether `Accept` fields ask for one type rather than for another, both in lower case: by the quality that they give it,
    /// then by how exactly they name it (RFC 9110, 12.5.1).
    public static func prefers(_ type: String, over other: String, _ fields: [String]) -> Bool {
        let wanted = rank(of: type, fields)
        return wanted.quality > 0 && wanted > rank(of: other, fields)
    }

    /// The quality of a type by the range that names it most exactly, and how exactly that is.
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

    /// Whether a body of this type is read as JSON: `application/json` and `application/…+json`, whatever the parameters.
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

    /// Whether `field` begins with the bytes of a literal in lower case, whatever the case of its letters.
    private static func hasPrefix(_ literal: StaticString, _ field: UnsafeRawBufferPointer) -> Bool {
        guard field.count >= literal.utf8CodeUnitCount else { return false }
        for index in 0..<literal.utf8CodeUnitCount {
            var byte = field[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            guard byte == literal.utf8Start[index] else { return false }
        }
        return true
    }

    /// Whether a slash in `field` and what follows it are the bytes of a literal in lower case, whatever the case.
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

    /// `name=value` with the name in lower case and quotes around the value removed.
    private static func pair(_ text: String) -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "=") else { return (text.lowercased(), "") }
        var value = QuotedList.trimmed(String(text[text.index(after: equals)...]))
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
            value = String(value.dropFirst().dropLast())
        }
        return (QuotedList.trimmed(String(text[..<equals])).lowercased(), value)
    }
}
