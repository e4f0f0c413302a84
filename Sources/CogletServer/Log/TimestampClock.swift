import Glibc

/// Makes the timestamps of log lines: RFC 3339 in UTC with microseconds. The second is formatted once, then reused.
struct TimestampClock {
    private var second = -1
    private var prefix: [UInt8] = []

    /// Appends the current time, such as `2026-11-23T18:33:25.584217Z`.
    mutating func append(to output: inout [UInt8]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != second { begin(now.tv_sec) }
        output.append(contentsOf: prefix)
        var divisor = 100_000
        let microseconds = now.tv_nsec / 1000
        while divisor > 0 {
            output.append(UInt8(48 + microseconds / divisor % 10))
            divisor /= 10
        }
        output.append(UInt8(ascii: "Z"))
    }

    private mutating func begin(_ newSecond: Int) {
        second = newSecond
        var parts = tm()
        var time = time_t(newSecond)
        gmtime_r(&time, &parts)
        prefix = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            buffer.withMemoryRebound(to: CChar.self) { text in
                count = strftime(text.baseAddress!, text.count, "%Y-%m-%dT%H:%M:%S.", &parts)
            }
        }
    }
}
