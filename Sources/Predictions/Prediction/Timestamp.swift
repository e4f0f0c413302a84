/// A moment of wall-clock time, in nanoseconds since 1970 (UTC).
public struct Timestamp: Equatable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let nanoseconds: Int

    /// Makes the moment this long after 1970-01-01T00:00:00Z.
    public init(nanoseconds: Int) {
        self.nanoseconds = nanoseconds
    }

    /// Whether the left moment is the earlier one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Appends the moment in RFC 3339 format with the offset `+00:00` and `digits` fractional digits.
    public func append(to output: inout [UInt8], digits: Int) {
        let seconds = nanoseconds / 1_000_000_000
        var fraction = nanoseconds % 1_000_000_000
        for _ in digits..<9 { fraction /= 10 }
        let (year, month, day) = Self.date(daysSince1970: seconds / 86_400)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { text in
            var count = 0
            func put(_ value: Int, width: Int, before separator: UInt8) {
                var rest = UInt(value)
                for position in stride(from: count + width - 1, through: count, by: -1) {
                    text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                text[count + width] = separator
                count += width + 1
            }
            put(year, width: 4, before: UInt8(ascii: "-"))
            put(month, width: 2, before: UInt8(ascii: "-"))
            put(day, width: 2, before: UInt8(ascii: "T"))
            put(seconds % 86_400 / 3600, width: 2, before: UInt8(ascii: ":"))
            put(seconds % 3600 / 60, width: 2, before: UInt8(ascii: ":"))
            put(seconds % 60, width: 2, before: UInt8(ascii: "."))
            put(fraction, width: digits, before: UInt8(ascii: "+"))
            output.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(text)[..<count]))
        }
        output.append(contentsOf: "00:00".utf8)
    }

    /// The Gregorian date of a day, computed in eras of 400 years that begin in March, so that the leap day comes last.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
