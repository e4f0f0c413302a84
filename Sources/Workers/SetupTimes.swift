public import Metrics
internal import Predictions

/// How long setups have taken, by how they ended. Workers that are forked from one that is set up have none of their own.
public struct SetupTimes: Sendable {
    private static let buckets = Histogram.Buckets.milliseconds([
        100, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    ])

    /// Of setups that have succeeded.
    public private(set) var succeeded = Histogram(buckets)
    /// Of setups that have failed, or whose worker has died.
    public private(set) var failed = Histogram(buckets)

    /// A setup has ended.
    mutating func record(_ setup: SetupRecord) {
        guard let end = setup.completedAt else { return }
        // By the time of day, which may have been set back meanwhile.
        let time = max(0, end.nanoseconds - setup.startedAt.nanoseconds)
        if setup.status == .succeeded { succeeded.record(time) } else { failed.record(time) }
    }
}
