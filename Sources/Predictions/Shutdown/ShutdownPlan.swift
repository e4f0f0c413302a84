/// The time limits for the steps of a shutdown.
///
/// First, the server continues as before for ``drainDelay``, while load balancers notice that it isn't ready any more.
/// Then the port closes, and the predictions get at most ``grace`` to finish; those that are still running then end as
/// failed. The closing follows: the worker ends, the last webhooks are sent, and clients receive their responses, all
/// at the same time. Unless the operator has chosen the grace, the whole shutdown takes at most 25 s, because
/// Kubernetes by default kills a container 30 s after SIGTERM.
public struct ShutdownPlan: Sendable {
    /// How long predictions may continue by default.
    public static let defaultGrace = Duration.seconds(15)
    /// How long to wait for the end of a killed worker, which brings the last output of its predictions.
    public static let deathTime = Duration.seconds(1)
    private static let closingTime = Duration.seconds(10)
    private static let longestWorkerTime = Duration.seconds(5)
    private static let longestAnswerTime = Duration.seconds(2)
    /// The process itself needs a moment after the last webhook.
    private static let exitTime = Duration.seconds(1)

    /// The time limits of the closing and its parts, counted from its beginning.
    public struct Closing: Sendable, Equatable {
        /// For the worker to end as Python ends, before it is killed.
        public let worker: Duration
        /// For the last webhooks, including retries.
        public let webhooks: Duration
        /// For clients to receive their responses.
        public let answers: Duration
        /// For everything.
        public let total: Duration
    }

    /// How long the port stays open after SIGTERM.
    public let drainDelay: Duration
    /// How long running and waiting predictions may continue once the port is closed.
    public let grace: Duration

    /// Makes the plan from the operator's choices. A delay shortens the grace unless the grace was chosen too.
    public init(drainDelay: Duration = .zero, grace: Duration? = nil) {
        self.drainDelay = drainDelay
        self.grace = grace ?? max(.zero, Self.defaultGrace - drainDelay)
    }

    /// The maximum duration of the shutdown from the moment when the port closes.
    public var limit: Duration { grace + Self.closingTime }

    /// The closing that begins when the last prediction has ended, `elapsed` after the port closed.
    public func closing(at elapsed: Duration) -> Closing {
        let total = max(.zero, min(Self.closingTime, limit - elapsed))
        let webhooks = max(.zero, total - Self.exitTime)
        return Closing(
            worker: min(Self.longestWorkerTime, webhooks), webhooks: webhooks,
            answers: min(Self.longestAnswerTime, total), total: total)
    }
}
