public import EventLoop
internal import Glibc
internal import HTTPClient

/// A string in a prediction's input that stands for a file.
public struct FileInput: Sendable {
    /// Where the string's text is.
    public enum Text: Sendable {
        /// In a separate value.
        case string(String)
        /// Between the quotes of a JSON text, in these bytes of a buffer that no longer changes, with JSON escapes as
        /// they were sent.
        case literal(Buffer, Range<Int>)
    }

    /// The position of the string in the input (`image`, `images/0`), which is returned with the path.
    public let pointer: String
    /// The string.
    public let text: Text
    /// The bytes of a literal's buffer that are known to be base64 characters.
    private let base64: Range<Int>?

    /// Makes an input.
    ///
    /// - Parameters:
    ///   - pointer: its place in the input.
    ///   - text: the string.
    ///   - base64: the bytes of a literal's buffer that are known to be base64 characters; they aren't checked again.
    public init(pointer: String, text: Text, base64: Range<Int>? = nil) {
        self.pointer = pointer
        self.text = text
        self.base64 = base64
    }

    /// Why the string can't be fetched or decoded, whatever the server does; nil if it can. Examines the whole text.
    public var problem: String? {
        switch kind {
        case .http:
            do throws(HTTPURLProblem) {
                _ = try HTTPURL(withText { String(decoding: $0, as: UTF8.self) })
                return nil
            } catch {
                return error.description
            }
        case .data:
            return withDataURL { url in
                switch url {
                case .failure(let error): error.description
                case .success(let url): url.flaw?.description
                }
            }
        case nil:
            return FileError.unsupportedURL.description
        }
    }

    enum Kind {
        case http
        case data
    }

    var kind: Kind? {
        let start = self.start.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(8).lowercased()
        if start.hasPrefix("data:") { return .data }
        return start.hasPrefix("http:") || start.hasPrefix("https:") ? .http : nil
    }

    /// The first few hundred characters of the string; the cost doesn't depend on the string's length.
    var start: String {
        switch text {
        case .string(let text):
            return String(text.prefix(300))
        case .literal(let buffer, let range):
            return unescaped(UnsafeRawBufferPointer(rebasing: buffer.bytes[range].prefix(300))).withUnsafeBytes {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// Calls `body` with the unescaped bytes of the string. Copies a long string only if it has escapes.
    func withText<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        switch text {
        case .string(var text):
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .literal(let buffer, let range):
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[range])
            guard offset(of: UInt8(ascii: "\\"), in: bytes) != nil else { return body(bytes) }
            return unescaped(bytes).withUnsafeBytes(body)
        }
    }
}

extension FileInput {
    /// Parses the data URL and passes it to `body`. Escapes may remain after the comma. Base64 has no backslash, so
    /// decoding detects them in passing.
    func withDataURL<Value>(_ body: (Result<DataURL, FileError>) -> Value) -> Value {
        if case .literal(let buffer, let range) = text {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[range])
            let comma = offset(of: UInt8(ascii: ","), in: bytes) ?? bytes.count
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<comma])
            if offset(of: UInt8(ascii: "\\"), in: head) == nil {
                return body(
                    DataURL.parse(bytes, isLiteral: true).map { url in
                        var url = url
                        if let base64 { url.note(checked: UnsafeRawBufferPointer(rebasing: buffer.bytes[base64])) }
                        return url
                    })
            }
        }
        return withText { body(DataURL.parse($0)) }
    }
}

/// Unescapes the contents of a JSON string literal that is known to be well-formed, but may be truncated.
func unescaped(_ literal: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(literal.count)
    var position = 0
    while position < literal.count {
        let rest = UnsafeRawBufferPointer(rebasing: literal[position...])
        let plainCount = offset(of: UInt8(ascii: "\\"), in: rest) ?? rest.count
        result.append(contentsOf: rest[..<plainCount])
        position += plainCount
        guard position + 1 < literal.count else { break }
        switch literal[position + 1] {
        case UInt8(ascii: "u"):
            position += appendScalar(at: position, of: literal, to: &result)
            continue
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case let character: result.append(character)
        }
        position += 2
    }
    return result
}

/// Appends the scalar that `\uXXXX`, or a pair of two, at `position` stands for; returns the number of bytes consumed.
private func appendScalar(at position: Int, of literal: UnsafeRawBufferPointer, to result: inout [UInt8]) -> Int {
    func codeUnit(at position: Int) -> UInt32? {
        guard position + 6 <= literal.count, literal[position] == UInt8(ascii: "\\"),
            literal[position + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt32(String(decoding: literal[(position + 2)..<(position + 6)], as: UTF8.self), radix: 16)
    }
    guard let unit = codeUnit(at: position) else { return literal.count - position }
    if (0xD800..<0xDC00).contains(unit), let low = codeUnit(at: position + 6), (0xDC00..<0xE000).contains(low),
        let scalar = UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    {
        result.append(contentsOf: String(scalar).utf8)
        return 12
    }
    result.append(contentsOf: String(UnicodeScalar(unit) ?? "\u{FFFD}").utf8)
    return 6
}

private func offset(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let found = memchr(start, Int32(byte), bytes.count) else { return nil }
    return UnsafeRawPointer(found) - start
}
