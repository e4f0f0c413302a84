internal import Glibc

/// When a server wants to be asked again (RFC 9110, 10.2.3).
enum RetryAfter {
    /// No response causes a wait of more than a day: callers have their own bounds, and sums stay small.
    static let longest = Duration.seconds(86_400)

    /// The delay that the value of `retry-after` asks for; `nil` if it is neither a number of seconds nor a date.
    ///
    /// A date counts from `now`, in seconds since 1970. A date in the past means no delay.
    static func delay(_ value: String, now: Int) -> Duration? {
        guard !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // A number with too many digits for an integer is a long time.
            return Int(value).map { min(.seconds($0), longest) } ?? longest
        }
        guard let date = seconds(ofDate: value) else { return nil }
        return .seconds(max(0, min(date - now, Int(longest.components.seconds))))
    }

    /// An HTTP date (RFC 9110, 5.6.7) in any of its three forms, in seconds since 1970.
    static func seconds(ofDate text: String) -> Int? {
        let words = text.split { " ,-".contains($0) }
        return switch words.count {
        // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
        case 6 where words[5] == "GMT": seconds(year: words[3], month: words[2], day: words[1], time: words[4])
        // Sun Nov  6 08:49:37 1994
        case 5: seconds(year: words[4], month: words[1], day: words[2], time: words[3])
        default: nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func seconds(year: Substring, month: Substring, day: Substring, time: Substring) -> Int? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]),
            let day = Int32(day), (1...31).contains(day), let month = months.firstIndex(of: String(month)),
            var year = Int32(year), (0..<10_000).contains(year)
        else { return nil }
        // Two digits mean this century, because nobody asks for a wait until 1994.
        if year < 100 { year += 2_000 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1_900, Int32(month), day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (clock[0], clock[1], clock[2])
        return timegm(&parts)
    }
}

extension HTTPResponse {
    /// How long the server asks to wait before the next request; `nil` if it doesn't say so clearly.
    ///
    /// At most a day. A date counts from the response's own `date`, so differences between clocks don't matter.
    public var retryAfter: Duration? {
        guard let value = self[field: "retry-after"] else { return nil }
        return RetryAfter.delay(value, now: self[field: "date"].flatMap(RetryAfter.seconds(ofDate:)) ?? time(nil))
    }
}
