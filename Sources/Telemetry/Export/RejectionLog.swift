/// Decides when to log what a collector has rejected: once, and then at most once per interval, with everything since the
/// line before.
///
/// A value without a clock.
public struct RejectionLog: Sendable {
    /// The shortest time between two lines.
    public static let interval = Duration.seconds(60)

    private var unreported: Int?
    private var nextLineAt: Duration?

    /// Nothing was rejected yet.
    public init() {}

    /// A collector has rejected `count` items, perhaps none, and has explained why.
    ///
    /// - Returns: how many items to report now; nil for no line.
    public mutating func rejected(_ count: Int, at now: Duration) -> Int? {
        let sum = (unreported ?? 0) + count
        if let nextLineAt, now < nextLineAt {
            unreported = sum
            return nil
        }
        nextLineAt = now + Self.interval
        unreported = nil
        return sum
    }

    /// Nothing more will be sent.
    ///
    /// - Returns: how many items are left to report; nil for no line.
    public mutating func ended() -> Int? {
        defer { unreported = nil }
        return unreported
    }
}
