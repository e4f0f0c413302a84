/// The line before each chunk: its size and its extensions, which are checked and ignored (RFC 9112, 7.1 and 7.1.1).
///
/// llhttp refuses the whitespace that the grammar allows around `;` and `=`.
struct ChunkHeader {
    /// The result of a byte.
    enum Progress: Equatable {
        case incomplete
        /// The line has ended, and a chunk of this many bytes follows.
        case complete(Int)
        case failed
    }

    private enum State {
        case start, size
        case beforeSemicolon
        case beforeName, name, afterName
        case beforeValue, value, quoted, escaped, afterQuoted, afterValue
        case lineFeed
    }

    /// The maximum length of the extensions, and the maximum number of digits in the size.
    private let limitBytes: Int
    private var state = State.start
    private var size = 0
    private var count = 0

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Takes the next byte.
    mutating func feed(_ byte: UInt8) -> Progress {
        if state == .lineFeed { return byte == UInt8(ascii: "\n") ? .complete(size) : .failed }
        count += 1
        guard count <= limitBytes || byte == UInt8(ascii: "\r"), let next = next(byte) else { return .failed }
        // The first semicolon ends the size.
        if next == .beforeName, state == .size || state == .beforeSemicolon { count = 0 }
        state = next
        return .incomplete
    }

    /// The state after a byte; nil if the byte isn't allowed here.
    private mutating func next(_ byte: UInt8) -> State? {
        let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        switch state {
        case .start: return appendDigit(byte) ? .size : nil
        case .size: return appendDigit(byte) ? .size : isSpace ? .beforeSemicolon : end(byte)
        case .beforeSemicolon: return isSpace ? state : extensionBegins(byte)
        case .beforeName: return isSpace ? state : isTokenByte(byte) ? .name : nil
        case .name:
            if isTokenByte(byte) { return .name }
            return isSpace ? .afterName : byte == UInt8(ascii: "=") ? .beforeValue : end(byte)
        case .afterName: return isSpace ? state : byte == UInt8(ascii: "=") ? .beforeValue : extensionBegins(byte)
        case .beforeValue:
            if isSpace { return state }
            return byte == UInt8(ascii: "\"") ? .quoted : isTokenByte(byte) ? .value : nil
        case .value: return isTokenByte(byte) ? .value : isSpace ? .afterValue : end(byte)
        case .quoted:
            if byte == UInt8(ascii: "\"") { return .afterQuoted }
            return byte == UInt8(ascii: "\\") ? .escaped : isText(byte) ? .quoted : nil
        case .escaped: return isText(byte) ? .quoted : nil
        case .afterQuoted: return isSpace ? .afterValue : end(byte)
        case .afterValue: return isSpace ? state : extensionBegins(byte)
        case .lineFeed: return nil
        }
    }

    private func end(_ byte: UInt8) -> State? {
        byte == UInt8(ascii: "\r") ? .lineFeed : extensionBegins(byte)
    }

    private func extensionBegins(_ byte: UInt8) -> State? {
        byte == UInt8(ascii: ";") ? .beforeName : nil
    }

    /// RFC 9110, 5.6.4: the bytes allowed between quotes.
    private func isText(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\t") || (byte >= 0x20 && byte != 0x7F)
    }

    /// Appends a digit to the size; false if it isn't a digit or the size becomes too large to count with.
    private mutating func appendDigit(_ byte: UInt8) -> Bool {
        guard isHexDigit(byte), size <= Int.max >> 4 else { return false }
        size = size << 4 | Int(byte <= UInt8(ascii: "9") ? byte & 0xF : (byte & 0xF) + 9)
        return true
    }
}
