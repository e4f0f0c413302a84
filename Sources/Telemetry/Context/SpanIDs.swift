internal import Metrics

/// Makes trace and span ids.
///
/// Uses xoshiro256** by Blackman and Vigna: ids must be unique, but needn't be unpredictable.
struct SpanIDs: Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Makes a generator whose ids differ from those of every other generator.
    init() {
        var system = SystemRandomNumberGenerator()
        self.init(seed: (system.next(), system.next(), system.next(), system.next()))
    }

    /// Makes a generator with a fixed sequence of ids, for tests. The seed must not be all 0.
    init(seed: (UInt64, UInt64, UInt64, UInt64)) {
        state = seed
    }

    mutating func trace() -> TraceID {
        TraceID(high: next(), low: span())
    }

    /// A span id; never 0.
    mutating func span() -> UInt64 {
        while true {
            let number = next()
            if number != 0 { return number }
        }
    }

    private mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }
}
