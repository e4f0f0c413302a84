public import Metrics
internal import Predictions

/// The durations of setups, by outcome. Workers forked from a template that is set up have none.
public struct SetupTimes: Sendable {
    private static let buckets = Histogram.Buckets.milliseconds([
        100, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    ])

    /// Durations of successful setups.
    public private(set) var succeeded = Histogram(buckets)
    /// Durations of setups that failed or whose worker died.
    public private(set) var failed = Histogram(buckets)

    /// A setup has ended.
    mutating func record(_ setup: SetupRecord) {
        guard let end = setup.completedAt else { return }
        // By wall-clock time, which may have been set back in between.
        let time = max(0, end.nanoseconds - setup.startedAt.nanoseconds)
        if setup.status == .succeeded { succeeded.record(time) } else { failed.record(time) }
    }
}
