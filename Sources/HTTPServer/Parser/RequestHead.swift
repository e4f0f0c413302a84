/// Everything of a request before its body.
///
/// A head is cheap to copy and may be kept; it is a view of the bytes that were received, which live on with it.
public struct RequestHead {
    let buffer: MessageBuffer

    /// The method.
    public var method: HTTPMethod { buffer.method }
    /// The version of HTTP.
    public var version: HTTPVersion { buffer.version }

    /// The request target as sent: a path with its query, an absolute URL, or `*`.
    public var target: HeadBytes { HeadBytes(buffer: buffer, range: buffer.target) }

    /// The path of the target, still percent-encoded, without the query. That of `http://host` is `/` (RFC 9110, 4.2.3).
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

    /// What follows the first question mark of the target, or `nil` without one.
    public var query: HeadBytes? {
        let bytes = buffer.bytes(buffer.target)
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
        guard mark < end else { return nil }
        return part(of: buffer.target, (mark + 1)..<end)
    }

    /// The value of the first field with a name, which is given in lower case; `nil` without one.
    public func field(_ name: StaticString) -> HeadBytes? {
        for index in 0..<buffer.fieldCount where buffer.bytes(buffer.fields[index].name).equalsIgnoringCase(name) {
            return HeadBytes(buffer: buffer, range: buffer.fields[index].value)
        }
        return nil
    }

    /// The values of all fields with a name, which is given in lower case, in their order.
    public func fields(_ name: StaticString) -> [HeadBytes] {
        (0..<buffer.fieldCount).compactMap { index in
            guard buffer.bytes(buffer.fields[index].name).equalsIgnoringCase(name) else { return nil }
            return HeadBytes(buffer: buffer, range: buffer.fields[index].value)
        }
    }

    /// Visits all fields in their order, names as sent; nothing is copied.
    public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        for index in 0..<buffer.fieldCount {
            let field = buffer.fields[index]
            body(buffer.bytes(field.name), buffer.bytes(field.value))
        }
    }

    /// All fields in their order, names as sent.
    public var allFields: [(name: HeadBytes, value: HeadBytes)] {
        (0..<buffer.fieldCount).map { index in
            (
                HeadBytes(buffer: buffer, range: buffer.fields[index].name),
                HeadBytes(buffer: buffer, range: buffer.fields[index].value)
            )
        }
    }

    /// Where the path of `http://host/path` begins; at the end when it is empty.
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

/// Some bytes of a request head: a target, or a field's name or value.
public struct HeadBytes {
    let buffer: MessageBuffer
    let range: ByteRange

    /// How many bytes.
    public var count: Int { Int(range.count) }
    /// Whether there are none.
    public var isEmpty: Bool { range.count == 0 }

    /// Gives `body` the bytes, without copying them.
    public func withUnsafeBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(buffer.bytes(range))
    }

    /// Whether these are exactly the bytes of a literal.
    public static func == (bytes: HeadBytes, literal: StaticString) -> Bool {
        bytes.buffer.bytes(bytes.range).equals(literal)
    }

    /// Whether these are the bytes of a literal, which is given in lower case, if ASCII letters are compared without case.
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool {
        buffer.bytes(range).equalsIgnoringCase(literal)
    }

    /// Whether these begin with the bytes of a literal.
    public func hasPrefix(_ literal: StaticString) -> Bool {
        let bytes = buffer.bytes(range)
        guard bytes.count >= literal.utf8CodeUnitCount else { return false }
        return UnsafeRawBufferPointer(rebasing: bytes[..<literal.utf8CodeUnitCount]).equals(literal)
    }

    /// The bytes as text; what is not UTF-8 is replaced.
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
