/// The id of a trace, for exemplars.
public struct TraceID: Equatable, Sendable {
    /// The id as `traceparent` has it: 32 hexadecimal digits.
    public let text: String

    /// Reads the value of a `traceparent` field (W3C Trace Context, section 3.2). Nil when it is malformed, or says that the
    /// trace isn't recorded: an exemplar would lead nowhere.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            // Later versions may have more fields.
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let flags = Self.number(bytes[53..<55]), flags & 1 == 1,
            Self.isID(bytes[3..<35]), Self.isID(bytes[36..<52])
        else { return nil }
        text = String(decoding: bytes[3..<35], as: UTF8.self)
    }

    private static func isID(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy { digit($0) != nil } && digits.contains { $0 != UInt8(ascii: "0") }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for byte in digits {
            guard let digit = digit(byte) else { return nil }
            number = number << 4 | digit
        }
        return number
    }

    /// Digits are in lower case.
    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte) - 87
        default: nil
        }
    }
}
