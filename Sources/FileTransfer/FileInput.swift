public import EventLoop
internal import Glibc

/// A string of a prediction's input that stands for a file.
public struct FileInput: Sendable {
    /// Where the text of the string is.
    public enum Text: Sendable {
        /// In a value of its own.
        case string(String)
        /// Between the quotes of a JSON text, in these bytes of a buffer that does not change any more; with the escapes of
        /// JSON as they were sent.
        case literal(Buffer, Range<Int>)
    }

    /// Where the string stands in the input: `image`, `images/0`; handed back with the path.
    public let pointer: String
    /// The string.
    public let text: Text

    /// Makes an input.
    public init(pointer: String, text: Text) {
        self.pointer = pointer
        self.text = text
    }

    /// Whether this can be fetched or decoded: whether it begins with `http:`, `https:` or `data:`, in any case of letters.
    public var isFetchable: Bool {
        kind != nil
    }

    enum Kind {
        case http
        case data
    }

    var kind: Kind? {
        let start = withText { String(decoding: $0.prefix(8), as: UTF8.self).lowercased() }
        if start.hasPrefix("data:") { return .data }
        return start.hasPrefix("http:") || start.hasPrefix("https:") ? .http : nil
    }

    /// Gives `body` the bytes of the string, escapes resolved. A long string is not copied unless it has escapes.
    func withText<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        switch text {
        case .string(var text):
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .literal(let buffer, let range):
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[range])
            guard let start = bytes.baseAddress, memchr(start, Int32(UInt8(ascii: "\\")), bytes.count) != nil else {
                return body(bytes)
            }
            return unescaped(bytes).withUnsafeBytes(body)
        }
    }
}

/// The bytes behind a JSON string literal's escapes; the literal is known to be well-formed.
private func unescaped(_ literal: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(literal.count)
    var rest = literal[...]
    /// The 16 bits of `\uXXXX`, which is at the start of the rest, without taking it.
    func codeUnit() -> UInt32? {
        guard rest.count >= 6, rest.starts(with: Array("\\u".utf8)) else { return nil }
        return UInt32(String(decoding: rest.dropFirst(2).prefix(4), as: UTF8.self), radix: 16)
    }
    while let byte = rest.first {
        guard byte == UInt8(ascii: "\\"), rest.count >= 2 else {
            result.append(byte)
            rest = rest.dropFirst()
            continue
        }
        if var unit = codeUnit() {
            rest = rest.dropFirst(6)
            if (0xD800..<0xDC00).contains(unit), let low = codeUnit(), (0xDC00..<0xE000).contains(low) {
                rest = rest.dropFirst(6)
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            result.append(contentsOf: String(UnicodeScalar(unit) ?? "\u{FFFD}").utf8)
        } else {
            let escaped = rest[rest.startIndex + 1]
            let plain: [UInt8: UInt8] = [0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09]  // b f n r t
            result.append(plain[escaped] ?? escaped)
            rest = rest.dropFirst(2)
        }
    }
    return result
}
