/// How fast a peer must move bytes at least, on average over a time.
public struct MinimumRate: Equatable, Sendable {
    /// Bytes per second.
    public var bytesPerSecond: Int
    /// What the average is taken over.
    public var window: Duration

    /// Describes a rate.
    public init(bytesPerSecond: Int, over window: Duration) {
        self.bytesPerSecond = bytesPerSecond
        self.window = window
    }

    /// 1 KiB/s over 30 s: far below what any useful connection does, and far above what a peer does that is slow on purpose.
    public static let usual = MinimumRate(bytesPerSecond: 1_024, over: .seconds(30))

    /// How many bytes move in one window at this rate.
    var bytesPerWindow: Int {
        Int(window / .seconds(1) * Double(bytesPerSecond))
    }
}

extension MinimumRate: CustomStringConvertible {
    /// The rate as a person writes it: `1024 bytes/s over 30 s`.
    public var description: String { "\(bytesPerSecond) bytes/s over \(window.text)" }
}

/// Decides whether a peer that moves bytes is too slow: a value, which is shown the state of a counter every now and then.
///
/// A window begins with a byte, ends as soon as enough bytes have moved, and is judged when a byte moves. So silence alone is
/// never too slow: that is for a timeout to decide, which may be longer. A peer that sends a byte now and then, so that
/// such a timeout never ends, is too slow.
public struct RateWatch: Sendable {
    /// More time than this between two looks was lost by this process, say because it was stopped, and isn't the peer's.
    static let longestStep = Duration.seconds(1)

    private var seen: (bytes: Int, at: Duration)?
    /// How many bytes had moved before the window, and how much of the window is over.
    private var window: (bytesBefore: Int, elapsed: Duration)?

    /// Makes a watch that has seen nothing.
    public init() {}

    /// Forgets what was seen: another transfer begins, or this process itself held the last one up.
    public mutating func restart() {
        seen = nil
        window = nil
    }

    /// Shows how many bytes have moved so far, and tells whether they were too few for `minimum` over a whole window.
    ///
    /// The first look after a restart only takes note of the number. The number must not shrink without a restart.
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
