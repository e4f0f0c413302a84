/// The distribution of a metric's values: how many fell into each bucket.
///
/// Recording a value only increments integers; nothing is allocated, except for the first exemplar.
public struct Histogram: Sendable {
    /// The buckets of a histogram.
    public struct Buckets: Sendable {
        /// The upper bound of each bucket, ascending. Larger values fall into one more bucket.
        public let bounds: [Int]
        /// The number of recorded units per exposed unit: for durations, nanoseconds per second.
        public let scale: Double

        /// Buckets for durations, given in milliseconds. Values are recorded in nanoseconds.
        public static func milliseconds(_ bounds: [Int]) -> Buckets {
            Buckets(bounds: bounds.map { $0 * 1_000_000 }, scale: 1e9)
        }

        /// Buckets for sizes and counts.
        public static func whole(_ bounds: [Int]) -> Buckets { Buckets(bounds: bounds, scale: 1) }
    }

    /// One of the values in a bucket, and the trace that it belongs to.
    public struct Exemplar: Sendable {
        /// The trace.
        public let trace: TraceID
        /// The value, as it was recorded.
        public let value: Int
        /// The time in nanoseconds since 1970.
        public let moment: Int
    }

    /// The buckets of the histogram.
    public let buckets: Buckets
    /// The number of values in each bucket, not cumulative; the last one counts values above all bounds.
    public private(set) var counts: [Int]
    /// The sum of all values; it wraps around.
    public private(set) var sum = 0
    /// The latest exemplar of each bucket; empty before the first.
    public private(set) var exemplars: [Exemplar?] = []

    /// Makes an empty histogram.
    public init(_ buckets: Buckets) {
        self.buckets = buckets
        counts = Array(repeating: 0, count: buckets.bounds.count + 1)
    }

    /// The number of recorded values.
    public var count: Int { counts.reduce(0, +) }

    /// Records a value: nanoseconds, bytes, or a count.
    public mutating func record(_ value: Int) {
        counts[bucket(of: value)] &+= 1
        sum &+= value
    }

    /// Records a value that belongs to a trace; `moment` is now, in nanoseconds since 1970.
    public mutating func record(_ value: Int, of trace: TraceID, at moment: Int) {
        record(value)
        if exemplars.isEmpty { exemplars = Array(repeating: nil, count: counts.count) }
        exemplars[bucket(of: value)] = Exemplar(trace: trace, value: value, moment: moment)
    }

    /// Records a duration.
    public mutating func record(_ time: Duration) {
        record(time.nanoseconds)
    }

    private func bucket(of value: Int) -> Int {
        var index = 0
        while index < buckets.bounds.count, value > buckets.bounds[index] { index += 1 }
        return index
    }
}

extension Duration {
    /// The duration in whole nanoseconds; durations of centuries are clamped.
    public var nanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000)
    }
}
