/// A path prefix under which a proxy exposes the server, such as `/models/a`.
struct PathPrefix: Equatable {
    /// Begins with a slash and doesn't end with one.
    let text: String

    /// Parses a prefix; nil if it isn't a valid path or is the root.
    init?(_ text: String) {
        var text = Substring(text)
        while text.last == "/" { text.removeLast() }
        // A second slash at the start would turn the rest into the name of another host.
        guard text.first == "/", !text.hasPrefix("//"), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = String(text)
    }

    /// The part of a path after the prefix, at least a slash; nil if the path isn't below the prefix.
    func removed(from path: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let count = text.utf8.count
        guard path.count >= count, path.count == count || path[count] == UInt8(ascii: "/"),
            text.utf8.elementsEqual(path.prefix(count))
        else { return nil }
        guard path.count > count else {
            let root: StaticString = "/"
            return UnsafeRawBufferPointer(start: root.utf8Start, count: 1)
        }
        return UnsafeRawBufferPointer(rebasing: path[count...])
    }

    /// The characters of a path (RFC 3986 section 3.3), including those of escapes.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/-._~%!$&'()*+,;=:@".utf8.contains(byte)
        }
    }
}
