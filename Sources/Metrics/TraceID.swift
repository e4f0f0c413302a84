/// The id of a trace: 16 bytes that aren't all 0.
public struct TraceID: Equatable, Sendable {
    /// The first 8 bytes, as a big-endian number.
    public let high: UInt64
    /// The last 8 bytes.
    public let low: UInt64

    /// The id with these bytes.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id as it appears in `traceparent`: 32 hexadecimal digits.
    public var text: String {
        String(unsafeUninitializedCapacity: 32) { text in
            Self.write(high, to: UnsafeMutableRawBufferPointer(text), at: 0)
            Self.write(low, to: UnsafeMutableRawBufferPointer(text), at: 16)
            return 32
        }
    }

    /// Writes a number as 16 hexadecimal digits in lower case.
    public static func write(_ number: UInt64, to text: UnsafeMutableRawBufferPointer, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> (60 - 4 * UInt64(index))) & 15
            text[start + index] = digit < 10 ? 48 + digit : 87 + digit
        }
    }
}
