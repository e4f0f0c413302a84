/// How many workers were started and have died, and why.
public struct DeathCounts: Equatable, Sendable {
    /// The number of workers started.
    public internal(set) var starts = 0
    /// How many of these replaced a worker that had ended, for whatever reason.
    public internal(set) var restarts = 0
    private var deaths: [DeathCertificate.Cause: Int] = [:]
    /// The number of OOM kills at the last check; nil if the kernel doesn't say.
    private var seenKills: Int?

    /// Makes counts of zero.
    public init() {}

    /// The number of workers that died because of `cause`.
    public func of(_ cause: DeathCertificate.Cause) -> Int { deaths[cause] ?? 0 }

    /// A worker has died.
    mutating func died(of cause: DeathCertificate.Cause) {
        deaths[cause, default: 0] += 1
    }

    /// A worker is started. `kills` is the kernel's count; if no worker is alive that could be among them, kills that
    /// don't explain a worker's death were of other processes.
    mutating func started(kills: Int?, isOnly: Bool, isRestart: Bool = false) {
        starts += 1
        if isRestart { restarts += 1 }
        if isOnly || seenKills == nil { seenKills = kills }
    }

    /// A worker was killed, but not by the server. Returns whether the OOM killer did it: each of its kills explains
    /// one death.
    mutating func wasKilledByKernel(kills: Int?) -> Bool {
        guard let kills, let seen = seenKills, kills > seen else { return false }
        seenKills = seen + 1
        return true
    }
}
