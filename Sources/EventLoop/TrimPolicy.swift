/// Decides when freed memory is returned to the system. A value, called once a second with the current state.
public struct TrimPolicy: Equatable, Sendable {
    /// What to do after a look.
    public enum Action: Equatable, Sendable {
        /// Look again.
        case wait
        /// Return memory to the system, then call ``trimmed(garbageBytes:)``.
        case trim
        /// There is nothing to return until something happens.
        case stop
    }

    /// Less than this isn't worth the time.
    static let worthwhileBytes = 8 << 20
    /// The number of looks between two trims while the server is busy.
    static let busyLooks = 10

    /// What was left after the last trim: stacks, code, and gaps that are too small.
    private var floorBytes = 0
    private var looksSinceTrim = Self.busyLooks

    /// Makes a policy that hasn't trimmed yet.
    public init() {}

    /// `garbageBytes` are resident but unused. Idle means that no prediction is running. Settled means that nothing is
    /// held that will become garbage: no prediction, no webhook, and no request body.
    public mutating func looked(garbageBytes: Int, isIdle: Bool, isSettled: Bool) -> Action {
        looksSinceTrim += 1
        floorBytes = min(floorBytes, max(0, garbageBytes))
        guard garbageBytes - floorBytes > Self.worthwhileBytes else { return isSettled ? .stop : .wait }
        // A busy server may need the memory again immediately.
        guard isIdle || looksSinceTrim > Self.busyLooks else { return .wait }
        return .trim
    }

    /// Memory was returned; `garbageBytes` are left.
    public mutating func trimmed(garbageBytes: Int) {
        floorBytes = max(0, garbageBytes)
        looksSinceTrim = 0
    }
}
