/// How many workers were started and have died, and of what.
public struct DeathCounts: Equatable, Sendable {
    /// How many were started.
    public internal(set) var starts = 0
    /// How many of these took the place of one that had ended, whatever it had ended of.
    public internal(set) var restarts = 0
    private var deaths: [DeathCertificate.Cause: Int] = [:]
    /// How many kills of the OOM killer were counted when they were looked at last; nil if the kernel doesn't say.
    private var seenKills: Int?

    /// Nothing has happened yet.
    public init() {}

    /// How many workers have died of `cause`.
    public func of(_ cause: DeathCertificate.Cause) -> Int { deaths[cause] ?? 0 }

    /// A worker has died.
    mutating func died(of cause: DeathCertificate.Cause) {
        deaths[cause, default: 0] += 1
    }

    /// A worker is started. `kills` is what the kernel counts; those that no worker's death was explained by were of other
    /// processes, if no worker is alive that could be one of them.
    mutating func started(kills: Int?, isOnly: Bool, isRestart: Bool = false) {
        starts += 1
        if isRestart { restarts += 1 }
        if isOnly || seenKills == nil { seenKills = kills }
    }

    /// A worker was killed, but not by the server. Returns whether the OOM killer was it: each of its kills explains one death.
    mutating func wasKilledByKernel(kills: Int?) -> Bool {
        guard let kills, let seen = seenKills, kills > seen else { return false }
        seenKills = seen + 1
        return true
    }
}
