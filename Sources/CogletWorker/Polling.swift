/// Whether the Python thread looks for the next prediction for a while before it sleeps.
///
/// Waking a thread that sleeps on another processor costs more time than a small prediction takes. So looking pays while
/// predictions come quickly, and while the processor has nothing else to do. Other processes show by `sched_yield`: it
/// returns late when one of them has run meanwhile, and then the next prediction has waited as well.
struct Polling {
    /// How long the next prediction is looked for. A client that is asleep has to be woken by the server, and the server by the
    /// client: each takes 15 to 60 µs on a virtual machine.
    static let limitNanoseconds: UInt64 = 600_000
    /// `sched_yield` is late from here on. Server and client may have the same processor, and need less for a small
    /// prediction; a turn of another process takes longer.
    static let lateNanoseconds: UInt64 = 400_000
    /// How long nothing is looked for after a late `sched_yield`: first, and at most. A turn of another process takes some
    /// milliseconds. On a busy machine each try costs one, so the pauses double until that is less than a hundredth.
    static let pauseNanoseconds: ClosedRange<UInt64> = 10_000_000...640_000_000
    /// So many predictions must have come in time, one after another, before the pauses begin with the shortest again.
    static let quietCount = 1_000

    private let isAllowed: Bool
    /// The last prediction came within the limit: the next one may do so too.
    private var comesSoon = false
    private var idleSince: UInt64 = 0
    private var pausedUntil: UInt64 = 0
    private var pause = pauseNanoseconds.lowerBound
    private var arrivedInTime = 0

    /// - Parameter isAllowed: false if the operator wants none.
    init(isAllowed: Bool) {
        self.isAllowed = isAllowed
    }

    /// There is no prediction now. Returns until when the next one is to be looked for; nil for not at all.
    mutating func becameIdle(at now: UInt64) -> UInt64? {
        idleSince = now
        return isAllowed && comesSoon && now >= pausedUntil ? now + Self.limitNanoseconds : nil
    }

    /// `sched_yield` was called at `start` and has returned. Returns whether to go on looking.
    mutating func yielded(from start: UInt64, to now: UInt64) -> Bool {
        guard now - start >= Self.lateNanoseconds else { return true }
        pausedUntil = now + pause
        pause = min(2 * pause, Self.pauseNanoseconds.upperBound)
        arrivedInTime = 0
        return false
    }

    /// Something has come.
    mutating func arrived(at now: UInt64) {
        comesSoon = now - idleSince < Self.limitNanoseconds
        guard now >= pausedUntil else { return }
        arrivedInTime = comesSoon ? arrivedInTime + 1 : 0
        if arrivedInTime == Self.quietCount { pause = Self.pauseNanoseconds.lowerBound }
    }

    /// Nothing has come in time.
    mutating func timedOut() {
        comesSoon = false
    }
}
