/// The status line and fields of a response, collected line by line as libcurl reports them.
struct ResponseHead {
    /// The maximum size of a response's fields in bytes.
    static let limitBytes = 256 * 1024

    /// The first field with this name, which must be in lower case.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private(set) var fields: [(name: String, value: String)] = []
    private(set) var lengthBytes = 0
    /// The size of all heads so far, including redirects and 1xx.
    private(set) var totalBytes = 0

    /// Takes one line, including its end. Returns `false` if there are too many bytes.
    mutating func feed(_ line: UnsafeRawBufferPointer) -> Bool {
        // After a redirect or a 1xx, another status line follows: only the last response counts.
        if line.starts(with: Array("HTTP/".utf8)) {
            fields = []
            lengthBytes = 0
        }
        lengthBytes += line.count
        totalBytes += line.count
        guard lengthBytes <= Self.limitBytes else { return false }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = line[(colon + 1)...].trimming { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        fields.append((name, name == "location" ? Self.reference(value) : String(decoding: value, as: UTF8.self)))
        return true
    }

    /// A URL that isn't UTF-8 stands for its bytes.
    private static func reference(_ value: some Collection<UInt8>) -> String {
        if let text = String(validating: value, as: UTF8.self) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = value.flatMap { byte in
            byte < 0x80 ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    /// The value without leading and trailing bytes that match `isPadding`.
    fileprivate func trimming(_ isPadding: (UInt8) -> Bool) -> Self {
        guard let first = firstIndex(where: { !isPadding($0) }), let last = lastIndex(where: { !isPadding($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
