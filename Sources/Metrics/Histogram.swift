/// How the values of a metric are spread: how many fell into each bucket.
///
/// To record a value is to increment integers; nothing is allocated, except for the first exemplar.
public struct Histogram: Sendable {
    /// Which buckets there are.
    public struct Buckets: Sendable {
        /// The largest value of each bucket, rising. What is larger falls into one more.
        public let bounds: [Int]
        /// How many of the recorded values make one of those that are shown: recorded are nanoseconds, shown are seconds.
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
        /// When, in nanoseconds since 1970.
        public let moment: Int
    }

    /// Which buckets there are.
    public let buckets: Buckets
    /// How many values are in each bucket alone; the last one is for those above all bounds.
    public private(set) var counts: [Int]
    /// The sum of all values; it wraps.
    public private(set) var sum = 0
    /// The last exemplar of each bucket; empty before the first.
    public private(set) var exemplars: [Exemplar?] = []

    /// Nothing is recorded yet.
    public init(_ buckets: Buckets) {
        self.buckets = buckets
        counts = Array(repeating: 0, count: buckets.bounds.count + 1)
    }

    /// How many values were recorded.
    public var count: Int { counts.reduce(0, +) }

    /// Records a value: nanoseconds, bytes, or things.
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
    /// In whole nanoseconds; durations of centuries are cut off.
    public var nanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000)
    }
}
