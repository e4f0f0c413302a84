/// Makes ids for predictions whose client chose none: `pred_` and the time in nanoseconds as 16 hexadecimal digits.
public struct PredictionIDs: Sendable {
    private var last: UInt64 = 0

    /// A maker that has given no id yet.
    public init() {}

    /// A new id; never the same twice, also when the clock stands still or goes back.
    public mutating func next(at moment: Timestamp) -> String {
        last = max(last + 1, UInt64(moment.nanoseconds))
        let digits = String(last, radix: 16)
        return "pred_" + String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }
}
