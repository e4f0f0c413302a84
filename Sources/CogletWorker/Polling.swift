/// Decides whether the Python thread polls for the next prediction for a while before it sleeps.
///
/// Waking a thread that sleeps on another processor costs more time than a small prediction takes. So polling pays
/// while predictions come quickly and the processor has nothing else to do. `sched_yield` reveals other processes: it
/// returns late if one of them ran in between, and then the next prediction has waited too.
struct Polling {
    /// How long to poll for the next prediction. If the client is asleep, the server has to wake it, and it has to wake
    /// the server: each takes 15 to 60 µs on a virtual machine. Predictions further apart than this take so long in the
    /// server and the client that a worker that sleeps costs little time, and one that polls a lot of the processor's.
    static let limitNanoseconds: UInt64 = 450_000
    /// From this duration on, `sched_yield` counts as late. The server and the client may share the processor, and need
    /// less than this for a small prediction; another process's time slice takes longer.
    static let lateNanoseconds: UInt64 = 400_000
    /// How long not to poll after a late `sched_yield`: the first pause, and the longest. A time slice of another
    /// process takes some milliseconds. On a busy machine, each attempt costs one, so the pauses double until that is
    /// less than a hundredth.
    static let pauseNanoseconds: ClosedRange<UInt64> = 10_000_000...640_000_000
    /// How many predictions in a row must have come in time before the pauses start with the shortest again.
    static let quietCount = 1_000

    private let isAllowed: Bool
    /// The last prediction came within the limit, so the next one may too.
    private var comesSoon = false
    private var idleSince: UInt64 = 0
    private var pausedUntil: UInt64 = 0
    private var pause = pauseNanoseconds.lowerBound
    private var arrivedInTime = 0

    /// - Parameter isAllowed: false if the operator has turned polling off.
    init(isAllowed: Bool) {
        self.isAllowed = isAllowed
    }

    /// There is no prediction at the moment. Returns until when to poll for the next one; nil for not at all.
    mutating func becameIdle(at now: UInt64) -> UInt64? {
        idleSince = now
        return isAllowed && comesSoon && now >= pausedUntil ? now + Self.limitNanoseconds : nil
    }

    /// `sched_yield` was called at `start` and has returned. Returns whether to keep polling.
    mutating func yielded(from start: UInt64, to now: UInt64) -> Bool {
        guard now - start >= Self.lateNanoseconds else { return true }
        pausedUntil = now + pause
        pause = min(2 * pause, Self.pauseNanoseconds.upperBound)
        arrivedInTime = 0
        return false
    }

    /// A prediction has come.
    mutating func arrived(at now: UInt64) {
        comesSoon = now - idleSince < Self.limitNanoseconds
        guard now >= pausedUntil else { return }
        arrivedInTime = comesSoon ? arrivedInTime + 1 : 0
        if arrivedInTime == Self.quietCount { pause = Self.pauseNanoseconds.lowerBound }
    }

    /// No prediction came in time.
    mutating func timedOut() {
        comesSoon = false
    }
}
