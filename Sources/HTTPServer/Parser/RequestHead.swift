/// Everything in a request before its body.
///
/// A head is cheap to copy and may be kept; it is a view of the received bytes and keeps them alive.
public struct RequestHead {
    let buffer: MessageBuffer

    /// The method.
    public var method: HTTPMethod { buffer.method }
    /// The version of HTTP.
    public var version: HTTPVersion { buffer.version }

    /// The request target as sent: a path with its query, an absolute URL, or `*`.
    public var target: HeadBytes { HeadBytes(buffer: buffer, range: buffer.target) }

    /// The path of the target, still percent-encoded, without the query. The path of `http://host` is `/` (RFC 9110,
    /// 4.2.3).
    public var path: HeadBytes {
        let bytes = buffer.bytes(buffer.target)
        var begin = 0
        if let first = bytes.first, first != UInt8(ascii: "/") {
            begin = pathOfAbsoluteTarget(bytes)
        }
        let end = bytes[begin...].firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.count
        if begin == end, let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
            return part(of: buffer.target, slash..<(slash + 1))
        }
        return part(of: buffer.target, begin..<end)
    }

    /// The part of the target after the first question mark; `nil` if there is none.
    public var query: HeadBytes? {
        let bytes = buffer.bytes(buffer.target)
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
        guard mark < end else { return nil }
        return part(of: buffer.target, (mark + 1)..<end)
    }

    /// The value of the first field with this name, which must be in lower case; `nil` if there is none.
    public func field(_ name: StaticString) -> HeadBytes? {
        for index in 0..<buffer.fieldCount where buffer.bytes(buffer.fields[index].name).equalsIgnoringCase(name) {
            return HeadBytes(buffer: buffer, range: buffer.fields[index].value)
        }
        return nil
    }

    /// The values of all fields with this name, which must be in lower case, in order.
    public func fields(_ name: StaticString) -> [HeadBytes] {
        (0..<buffer.fieldCount).compactMap { index in
            guard buffer.bytes(buffer.fields[index].name).equalsIgnoringCase(name) else { return nil }
            return HeadBytes(buffer: buffer, range: buffer.fields[index].value)
        }
    }

    /// Visits all fields in order, with names as sent, without copying.
    public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        for index in 0..<buffer.fieldCount {
            let field = buffer.fields[index]
            body(buffer.bytes(field.name), buffer.bytes(field.value))
        }
    }

    /// All fields in order, with names as sent.
    public var allFields: [(name: HeadBytes, value: HeadBytes)] {
        (0..<buffer.fieldCount).map { index in
            (
                HeadBytes(buffer: buffer, range: buffer.fields[index].name),
                HeadBytes(buffer: buffer, range: buffer.fields[index].value)
            )
        }
    }

    /// The start of the path of `http://host/path`; the end if it is empty.
    private func pathOfAbsoluteTarget(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon + 3 <= bytes.count,
            bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
        else {
            return 0
        }
        let rest = bytes[(colon + 3)...]
        return rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            ?? bytes.count
    }

    private func part(of range: ByteRange, _ part: Range<Int>) -> HeadBytes {
        let partial = ByteRange(start: range.start + UInt32(part.lowerBound), count: UInt32(part.count))
        return HeadBytes(buffer: buffer, range: partial)
    }
}

@available(*, unavailable)
extension RequestHead: Sendable {}

/// Bytes of a request head: a target, or a field's name or value.
public struct HeadBytes {
    let buffer: MessageBuffer
    let range: ByteRange

    /// The number of bytes.
    public var count: Int { Int(range.count) }
    /// Whether there are no bytes.
    public var isEmpty: Bool { range.count == 0 }

    /// Calls `body` with the bytes, without copying them.
    public func withUnsafeBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(buffer.bytes(range))
    }

    /// Whether these are exactly the bytes of a literal.
    public static func == (bytes: HeadBytes, literal: StaticString) -> Bool {
        bytes.buffer.bytes(bytes.range).equals(literal)
    }

    /// Whether these are the bytes of a lower-case literal, ignoring the case of ASCII letters.
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        buffer.bytes(range).equalsIgnoringCase(literal)
    }

    /// Whether these begin with the bytes of a literal.
    public func hasPrefix(_ literal: StaticString) -> Bool {
        let bytes = buffer.bytes(range)
        guard bytes.count >= literal.utf8CodeUnitCount else { return false }
        return UnsafeRawBufferPointer(rebasing: bytes[..<literal.utf8CodeUnitCount]).equals(literal)
    }

    /// The bytes as text, with invalid UTF-8 replaced.
    public var string: String {
        String(decoding: buffer.bytes(range), as: UTF8.self)
    }

    /// A copy of the bytes.
    public var array: [UInt8] {
        Array(buffer.bytes(range))
    }
}

@available(*, unavailable)
extension HeadBytes: Sendable {}
