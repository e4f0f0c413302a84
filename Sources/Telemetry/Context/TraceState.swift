/// The value of a `tracestate` field (W3C Trace Context, section 3.3).
enum TraceState {
    /// The most members that a list may have.
    private static let memberLimit = 32

    /// Whether a text has members and all of them are valid.
    static func isValid(_ text: String) -> Bool {
        let members = text.utf8.split(separator: UInt8(ascii: ",")).map(trimmed).filter { !$0.isEmpty }
        return (1...memberLimit).contains(members.count) && members.allSatisfy(isMember)
    }

    private static func isMember(_ member: Substring.UTF8View) -> Bool {
        guard let sign = member.firstIndex(of: UInt8(ascii: "=")) else { return false }
        return isKey(member[..<sign]) && isValue(member[member.index(after: sign)...])
    }

    /// A key either begins with a letter or is `tenant@system`, where the tenant may begin with a digit.
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return isName(key, limit: 256, mayBeginWithDigit: false) }
        return isName(parts[0], limit: 241, mayBeginWithDigit: true)
            && isName(parts[1], limit: 14, mayBeginWithDigit: false)
    }

    private static func isName(_ name: Substring.UTF8View, limit: Int, mayBeginWithDigit: Bool) -> Bool {
        guard let first = name.first, name.count <= limit else { return false }
        guard isLetter(first) || mayBeginWithDigit && isDigit(first) else { return false }
        return name.allSatisfy { isLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
    }

    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        (1...256).contains(value.count) && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func trimmed(_ member: Substring.UTF8View) -> Substring.UTF8View {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = member.drop(while: isSpace)
        guard let last = start.lastIndex(where: { !isSpace($0) }) else { return start[start.endIndex...] }
        return start[...last]
    }
}
