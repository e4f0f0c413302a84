/// Makes ids for predictions whose clients chose none: `pred_` and the time in nanoseconds as 16 hexadecimal digits.
public struct PredictionIDs: Sendable {
    private var last: UInt64 = 0

    /// Makes a generator that hasn't produced an id yet.
    public init() {}

    /// A new id, never the same twice, even if the clock stands still or goes back.
    public mutating func next(at moment: Timestamp) -> String {
        last = max(last + 1, UInt64(moment.nanoseconds))
        let prefix: StaticString = "pred_"
        return String(unsafeUninitializedCapacity: prefix.utf8CodeUnitCount + 16) { text in
            for index in 0..<prefix.utf8CodeUnitCount { text[index] = prefix.utf8Start[index] }
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: last >> UInt64(60 - 4 * index)) & 15
                text[prefix.utf8CodeUnitCount + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return prefix.utf8CodeUnitCount + 16
        }
    }
}
