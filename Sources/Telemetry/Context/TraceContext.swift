public import Metrics

/// A span as other processes see it (W3C Trace Context).
public struct TraceContext: Equatable, Sendable {
    /// The longest `tracestate` to pass on. The recommendation asks for 512 bytes.
    static let stateLimitBytes = 4096

    /// The trace that the span belongs to.
    public let trace: TraceID
    /// Its own id; never 0.
    public let span: UInt64
    /// Whether the trace is recorded.
    public let isSampled: Bool
    /// The value of `tracestate`, if any.
    public let state: String?

    /// Makes a context from its parts.
    public init(trace: TraceID, span: UInt64, isSampled: Bool, state: String? = nil) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
        self.state = state
    }

    /// Parses the value of a `traceparent` field (section 3.2) and adds that of `tracestate`. Nil if it is malformed.
    public init?(traceparent text: some Sequence<UInt8>, state: String? = nil) {
        let bytes = Array(text)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2], allowsUpperCase: false), version != 0xFF,
            // Later versions may have more fields.
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = Self.number(bytes[3..<19], allowsUpperCase: false),
            let low = Self.number(bytes[19..<35], allowsUpperCase: false),
            let span = Self.number(bytes[36..<52], allowsUpperCase: false),
            let flags = Self.number(bytes[53..<55], allowsUpperCase: false),
            high | low != 0, span != 0
        else { return nil }
        let isUsable = state.map { TraceState.isValid($0) && $0.utf8.count <= Self.stateLimitBytes } ?? false
        self.init(
            trace: TraceID(high: high, low: low), span: span, isSampled: flags & 1 == 1, state: isUsable ? state : nil)
    }

    /// Parses the value of a field in Jaeger's format, `trace:span:parent:flags`. Nil if it is malformed.
    public init?(jaeger text: some Sequence<UInt8>) {
        let bytes = Self.withoutEscapedColons(Array(text))
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count >= 4, (1...32).contains(parts[0].count), (1...16).contains(parts[1].count),
            (1...2).contains(parts[3].count),
            let high = parts[0].count > 16 ? Self.number(parts[0].dropLast(16)) : 0,
            let low = Self.number(parts[0].suffix(16)), let span = Self.number(parts[1]),
            let flags = Self.number(parts[3]), high | low != 0, span != 0
        else { return nil }
        self.init(trace: TraceID(high: high, low: low), span: span, isSampled: flags & 1 == 1)
    }

    /// 16 bytes as 32 hexadecimal digits.
    public static func hexadecimal(_ high: UInt64, _ low: UInt64) -> String { TraceID(high: high, low: low).text }

    /// The value of a `traceparent` field.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { text in
            let bytes = UnsafeMutableRawBufferPointer(text)
            (text[0], text[1], text[2]) = (48, 48, 45)
            TraceID.write(trace.high, to: bytes, at: 3)
            TraceID.write(trace.low, to: bytes, at: 19)
            text[35] = 45
            TraceID.write(span, to: bytes, at: 36)
            (text[52], text[53], text[54]) = (45, 48, isSampled ? 49 : 48)
            return 55
        }
    }

    /// The value of a field in Jaeger's format. The parent is 0, as in Jaeger's current clients.
    public var jaeger: String {
        let text = traceparent.utf8
        let (trace, span) = (text.dropFirst(3).prefix(32), text.dropFirst(36).prefix(16))
        return "\(Substring(trace)):\(Substring(span)):0:\(isSampled ? 1 : 0)"
    }

    /// Some of Jaeger's clients percent-encode the value.
    private static func withoutEscapedColons(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let isColon =
                index + 2 < bytes.count && bytes[index] == UInt8(ascii: "%") && bytes[index + 1] == UInt8(ascii: "3")
                && bytes[index + 2] | 0x20 == UInt8(ascii: "a")
            decoded.append(isColon ? UInt8(ascii: ":") : bytes[index])
            index += isColon ? 3 : 1
        }
        return decoded
    }

    private static func number(_ digits: ArraySlice<UInt8>, allowsUpperCase: Bool = true) -> UInt64? {
        var number: UInt64 = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F") where allowsUpperCase: digit = byte - 55
            default: return nil
            }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}
