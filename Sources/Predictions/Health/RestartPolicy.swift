/// Decides when a worker that has died is started again.
///
/// The first restart follows at once, later ones after a pause that doubles. A prediction that succeeds, or a worker
/// that has lived for a while, shows that things work: the count starts anew.
public struct RestartPolicy: Sendable {
    /// Deaths in a row after which the server gives up.
    public static let defaultLimit = 8
    private static let firstPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(30)
    /// A worker that lived this long has not failed in a row.
    private static let steadyTime = Duration.seconds(60)

    private let limit: Int
    private var failures = 0

    /// Gives up after `limit` deaths in a row.
    public init(limit: Int = RestartPolicy.defaultLimit) {
        self.limit = limit
    }

    /// A prediction has ended as the model wanted it to.
    public mutating func succeeded() {
        failures = 0
    }

    /// The worker has died after `lifetime`.
    ///
    /// - Returns: how long to wait before the next start; nil to give up.
    public mutating func died(after lifetime: Duration) -> Duration? {
        if lifetime >= Self.steadyTime { failures = 0 }
        failures += 1
        guard failures < limit else { return nil }
        guard failures > 1 else { return .zero }
        return min(Self.firstPause * (1 << min(failures - 2, 16)), Self.longestPause)
    }
}
