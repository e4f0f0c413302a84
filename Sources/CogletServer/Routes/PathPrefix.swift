/// A path below which a proxy shows the server, such as `/models/a`.
struct PathPrefix: Equatable {
    /// Beginning with a slash, ending without one.
    let text: String

    /// Reads a prefix; nil if it is none that an address can have, or the root.
    init?(_ text: String) {
        var text = Substring(text)
        while text.last == "/" { text.removeLast() }
        // A second slash at the start would make the rest the name of another host.
        guard text.first == "/", !text.hasPrefix("//"), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = String(text)
    }

    /// What follows the prefix in a path, at least a slash; nil if the path isn't below it.
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

    /// The characters of a path (RFC 3986 section 3.3), except for escapes' digits, which are among them.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/-._~%!$&'()*+,;=:@".utf8.contains(byte)
        }
    }
}
