/// The lowest average rate at which a peer must move bytes.
public struct MinimumRate: Equatable, Sendable {
    /// Bytes per second.
    public var bytesPerSecond: Int
    /// The period that the average is taken over.
    public var window: Duration

    /// Describes a rate.
    public init(bytesPerSecond: Int, over window: Duration) {
        self.bytesPerSecond = bytesPerSecond
        self.window = window
    }

    /// 1 KiB/s over 30 s: far below any useful connection, and far above a peer that is slow on purpose.
    public static let usual = MinimumRate(bytesPerSecond: 1_024, over: .seconds(30))

    /// The bytes that move in one window at this rate.
    var bytesPerWindow: Int {
        Int(window / .seconds(1) * Double(bytesPerSecond))
    }
}

extension MinimumRate: CustomStringConvertible {
    /// The rate as a person writes it: `1024 bytes/s over 30 s`.
    public var description: String { "\(bytesPerSecond) bytes/s over \(window.text)" }
}

/// Decides whether a peer moves bytes too slowly. A value that is shown the state of a counter at intervals.
///
/// A window begins with a byte, ends as soon as enough bytes have moved, and is judged when a byte moves. So silence
/// alone is never too slow; a timeout, which may be longer, decides about that. A peer that sends an occasional byte to
/// keep such a timeout from expiring is too slow.
public struct RateWatch: Sendable {
    /// Any longer interval between two looks is time that this process lost, for example while stopped; it isn't the
    /// peer's fault.
    static let longestStep = Duration.seconds(1)

    private var seen: (bytes: Int, at: Duration)?
    /// How many bytes had moved before the window, and how much of the window is over.
    private var window: (bytesBefore: Int, elapsed: Duration)?

    /// Makes a watch that has seen nothing yet.
    public init() {}

    /// Discards what was seen, because another transfer begins or because this process delayed the last one.
    public mutating func restart() {
        seen = nil
        window = nil
    }

    /// Records the number of bytes moved so far. Returns whether they were too few for `minimum` over a whole window.
    ///
    /// The first call after a restart only records the number. The number must not decrease without a restart.
    public mutating func isTooSlow(_ movedBytes: Int, at now: Duration, minimum: MinimumRate) -> Bool {
        defer { seen = (movedBytes, now) }
        guard let seen else { return false }
        let hasMoved = movedBytes > seen.bytes
        let bytesBefore = window?.bytesBefore ?? seen.bytes
        var elapsed = window?.elapsed ?? .zero
        if window != nil { elapsed += min(now - seen.at, Self.longestStep) }
        if movedBytes - bytesBefore >= minimum.bytesPerWindow {
            window = nil
        } else if hasMoved || window != nil {
            window = (bytesBefore, elapsed)
        }
        return window != nil && hasMoved && elapsed >= minimum.window
    }
}
