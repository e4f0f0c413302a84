/// How a request body is compressed, according to its `Content-Encoding` fields (RFC 9110, 8.4).
enum ContentCoding: Equatable {
    case identity
    case gzip
    /// Another coding, or several.
    case unknown

    /// Adds a further field.
    mutating func add(_ field: UnsafeRawBufferPointer) {
        for element in field.split(separator: UInt8(ascii: ",")) {
            let name = trimmed(element)
            if name.isEmpty || name.equalsIgnoringCase("identity") { continue }
            let isGzip = name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip")
            self = self == .identity && isGzip ? .gzip : .unknown
        }
    }

    private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer {
        var bytes = bytes
        while let byte = bytes.first, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { bytes.removeFirst() }
        while let byte = bytes.last, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { bytes.removeLast() }
        return UnsafeRawBufferPointer(rebasing: bytes)
    }
}
