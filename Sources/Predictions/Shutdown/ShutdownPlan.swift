/// How long each step of a shutdown may take.
///
/// First the server goes on as before for ``drainDelay``, while load balancers notice that it isn't ready any more. Then the
/// port closes, and the predictions finish, for at most ``grace``; what still runs then ends as failed. The closing follows: at the
/// same time, the worker ends, the last webhooks go out, and clients receive their answers. Unless the operator has chosen
/// the grace, all of it takes at most 25 s, because Kubernetes kills a container 30 s after SIGTERM unless told otherwise.
public struct ShutdownPlan: Sendable {
    /// How long predictions may go on unless the operator chose otherwise.
    public static let defaultGrace = Duration.seconds(15)
    /// How long the end of a killed worker is waited for: it brings the last output of its predictions.
    public static let deathTime = Duration.seconds(1)
    private static let closingTime = Duration.seconds(10)
    private static let longestWorkerTime = Duration.seconds(5)
    private static let longestAnswerTime = Duration.seconds(2)
    /// The process itself needs a moment after the last webhook.
    private static let exitTime = Duration.seconds(1)

    /// How long the closing and its parts may take, from its beginning.
    public struct Closing: Sendable, Equatable {
        /// For the worker to end as Python ends, before it is killed.
        public let worker: Duration
        /// For the last webhooks, retries included.
        public let webhooks: Duration
        /// For clients to take their answers.
        public let answers: Duration
        /// For everything.
        public let total: Duration
    }

    /// How long the port stays open after SIGTERM.
    public let drainDelay: Duration
    /// How long running and waiting predictions may go on once the port is closed.
    public let grace: Duration

    /// The plan with what the operator has chosen. A delay makes the grace shorter unless that was chosen too.
    public init(drainDelay: Duration = .zero, grace: Duration? = nil) {
        self.drainDelay = drainDelay
        self.grace = grace ?? max(.zero, Self.defaultGrace - drainDelay)
    }

    /// The most that the shutdown takes from the moment when the port closes.
    public var limit: Duration { grace + Self.closingTime }

    /// The closing that begins when the last prediction has ended, `elapsed` after the port was closed.
    public func closing(at elapsed: Duration) -> Closing {
        let total = max(.zero, min(Self.closingTime, limit - elapsed))
        let webhooks = max(.zero, total - Self.exitTime)
        return Closing(
            worker: min(Self.longestWorkerTime, webhooks), webhooks: webhooks,
            answers: min(Self.longestAnswerTime, total), total: total)
    }
}
