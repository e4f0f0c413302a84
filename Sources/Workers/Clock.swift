internal import Glibc
public import Predictions

/// The clocks of the server. The loop's own clock is coarser and stands still while callbacks run.
public enum Clock {
    /// The time of day.
    public static var wall: Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(nanoseconds: now.tv_sec * 1_000_000_000 + now.tv_nsec)
    }

    /// A time that never goes back.
    public static var monotonic: Duration {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}
