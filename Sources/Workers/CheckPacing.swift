/// Limits how often the model's own health check runs for probes: many may ask, and each run of the check costs the
/// model time.
struct CheckPacing {
    /// The shortest time between the starts of two checks.
    static let interval = Duration.seconds(1)

    private var beganAt: Duration?
    private var result: Result?

    /// The result of a check.
    struct Result: Equatable {
        /// Nil if the model is healthy.
        let problem: String?
    }

    mutating func began(at now: Duration) {
        beganAt = now
        result = nil
    }

    mutating func ended(_ problem: String?) {
        result = Result(problem: problem)
    }

    /// The result to use for a probe; nil if the model has to be asked again.
    func current(at now: Duration) -> Result? {
        guard let beganAt, now - beganAt < Self.interval else { return nil }
        return result
    }
}
