/// When freed memory is given back to the system. A value: it is told what is there once a second and decides.
public struct TrimPolicy: Equatable, Sendable {
    /// What to do after a look.
    public enum Action: Equatable, Sendable {
        /// Look again.
        case wait
        /// Give memory back, then call ``trimmed(garbageBytes:)``.
        case trim
        /// There is nothing to give back until something happens.
        case stop
    }

    /// Less is not worth the time.
    static let worthwhileBytes = 8 << 20
    /// How many looks pass between two times while the server is busy.
    static let busyLooks = 10

    /// What was left after the last time: stacks, code, and gaps that are too small.
    private var floorBytes = 0
    private var looksSinceTrim = Self.busyLooks

    /// Nothing was given back yet.
    public init() {}

    /// `garbageBytes` are resident and not in use. Idle means that no prediction runs, settled that nothing is held that
    /// will become garbage: no prediction, no webhook, and no body of a request.
    public mutating func looked(garbageBytes: Int, isIdle: Bool, isSettled: Bool) -> Action {
        looksSinceTrim += 1
        floorBytes = min(floorBytes, max(0, garbageBytes))
        guard garbageBytes - floorBytes > Self.worthwhileBytes else { return isSettled ? .stop : .wait }
        // While the server is busy it may need the memory again at once.
        guard isIdle || looksSinceTrim > Self.busyLooks else { return .wait }
        return .trim
    }

    /// Memory was given back; so much is left.
    public mutating func trimmed(garbageBytes: Int) {
        floorBytes = max(0, garbageBytes)
        looksSinceTrim = 0
    }
}
