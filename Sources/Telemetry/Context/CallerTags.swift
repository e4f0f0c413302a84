/// What a caller says about itself in the `context` of a request, as attributes.
///
/// The text is untrusted: the length and number of entries are limited, and the excess is dropped.
public enum CallerTags {
    static let prefix = "trace."
    static let nameLimitBytes = 64
    static let valueLimitBytes = 128
    static let countLimit = 16
    static let totalLimitBytes = 4096

    /// The attributes for the entries of a context, sorted by name.
    public static func attributes(of context: [(name: String, value: String)]) -> [Span.Attribute] {
        let tags = context.compactMap { entry -> (name: String, value: String)? in
            guard entry.name.hasPrefix(prefix) else { return nil }
            let name = entry.name.dropFirst(prefix.count)
            guard (1...nameLimitBytes).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else { return nil }
            return ("caller.\(name)", cut(entry.value, to: valueLimitBytes))
        }.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var left = totalLimitBytes
        var attributes: [Span.Attribute] = []
        for tag in tags where attributes.count < countLimit {
            let size = tag.name.utf8.count + tag.value.utf8.count
            guard size <= left else { continue }
            left -= size
            attributes.append(Span.Attribute(tag.name, .text(tag.value)))
        }
        return attributes
    }

    /// The start of a text, cut between two Unicode scalars.
    public static func cut(_ text: String, to limitBytes: Int) -> String {
        guard text.utf8.count > limitBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limitBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
