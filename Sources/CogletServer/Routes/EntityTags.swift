/// Entity tags in a condition (RFC 9110 section 13.1.2).
enum EntityTags {
    /// Whether an `If-None-Match` field contains a tag, given in quotes. A proxy that has changed the coding marks it
    /// as weak.
    static func includes(_ tag: String, _ field: String) -> Bool {
        field.split(separator: ",").contains { element in
            var element = element.drop { $0 == " " || $0 == "\t" }
            while element.last == " " || element.last == "\t" { element.removeLast() }
            return element == "*" || element == tag || (element.hasPrefix("W/") && element.dropFirst(2) == tag)
        }
    }
}
