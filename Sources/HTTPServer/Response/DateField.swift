internal import EventLoop
internal import Glibc

/// The `date` field of responses, rewritten once a second.
struct DateField {
    private var text = [UInt8]()
    private var validUntilMilliseconds = Int.min

    /// Appends `date: Sun, 06 Nov 1994 08:49:37 GMT` and a line break to `buffer`.
    ///
    /// `nowMilliseconds` is the loop's time. The clock is read only if the second may have ended since the last call.
    mutating func append(to buffer: Buffer, nowMilliseconds: Int) {
        if nowMilliseconds >= validUntilMilliseconds {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            text = Array("date: \(Self.text(ofSecondsSince1970: time.tv_sec))\r\n".utf8)
            validUntilMilliseconds = nowMilliseconds + 1_000 - time.tv_nsec / 1_000_000
        }
        buffer.append(text)
    }

    /// The preferred date format in HTTP (RFC 9110, 5.6.7).
    static func text(ofSecondsSince1970 seconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return days[Int(parts.tm_wday)] + ", " + two(parts.tm_mday) + " " + months[Int(parts.tm_mon)]
            + " \(parts.tm_year + 1_900) " + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec)
            + " GMT"
    }
}
