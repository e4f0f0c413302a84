/// Decides how long to wait before a worker that died is started again, and when the server reports `DEFUNCT`.
///
/// The server never stops trying. Only workers that die before they are ready count toward `DEFUNCT`: they show that
/// the model can't be set up. A death during a prediction shows only that this input is poison, so the next worker is
/// started at once. Any other death makes the next pause longer, so that a worker that dies right after each start
/// doesn't keep the machine busy. A model that finishes a prediction, or stays ready for a while, works: the pauses
/// start anew.
public struct RestartPolicy: Sendable {
    /// When a worker died.
    public enum Death: Sendable, Equatable {
        /// During its start or its setup, or instead of it: the program could not be started.
        case beforeReady
        /// After it had been ready for this long, with nothing to do.
        case idle(after: Duration)
        /// After it had been ready for this long, while it had a prediction. Who ended it doesn't matter: a model that
        /// ignores a cancel is killed by the server.
        case predicting(after: Duration)
    }

    /// Deaths before ready, in a row, after which the server reports `DEFUNCT`.
    public static let defaultLimit = 8
    /// The longest pause before a restart, and every pause while the server is `DEFUNCT`.
    public static let longestPause = Duration.seconds(30)
    private static let firstPause = Duration.milliseconds(100)
    /// A worker that stayed ready for this long has worked.
    private static let steadyTime = Duration.seconds(60)

    private let limit: Int
    /// Deaths before ready since a worker was last ready.
    public private(set) var failures = 0
    /// Deaths outside of predictions since the last sign that things work.
    private var deaths = 0

    /// Reports `DEFUNCT` after `limit` deaths before ready, at least one.
    public init(limit: Int = RestartPolicy.defaultLimit) {
        self.limit = limit
    }

    /// Whether the server reports `DEFUNCT`.
    public var isDefunct: Bool { failures >= limit }

    /// A worker is ready.
    public mutating func becameReady() {
        failures = 0
    }

    /// The model has finished a prediction, successfully or not.
    public mutating func predictionFinished() {
        deaths = 0
    }

    /// The worker has died.
    ///
    /// - Returns: how long to wait before the next start.
    public mutating func died(_ death: Death) -> Duration {
        switch death {
        case .predicting(let time):
            if time >= Self.steadyTime { deaths = 0 }
            return .zero
        case .idle(let time):
            if time >= Self.steadyTime { deaths = 0 }
        case .beforeReady:
            failures += 1
        }
        deaths += 1
        if isDefunct { return Self.longestPause }
        guard deaths > 1 else { return .zero }
        return min(Self.firstPause * (1 << min(deaths - 2, 16)), Self.longestPause)
    }
}
