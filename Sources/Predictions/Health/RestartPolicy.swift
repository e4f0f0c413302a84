/// Decides how long to wait before a dead worker is replaced, and when the server reports `DEFUNCT`.
///
/// The server never stops trying. Only workers that die before they are ready count toward `DEFUNCT`, because they show
/// that the model can't be set up. A death during a prediction shows only that the input is poisonous, so the next
/// worker starts immediately. Any other death makes the next pause longer, so that a worker that dies right after each
/// start doesn't keep the machine busy. A model that finishes a prediction, or stays ready for a while, works: the
/// pauses start over.
public struct RestartPolicy: Sendable {
    /// The phase in which a worker died.
    public enum Death: Sendable, Equatable {
        /// During its start or setup, or because the program couldn't be started.
        case beforeReady
        /// After it had been ready for this long, while it was idle.
        case idle(after: Duration)
        /// After it had been ready for this long, while it had a prediction. It doesn't matter what ended it: the
        /// server kills the worker of a model that ignores a cancel.
        case predicting(after: Duration)
    }

    /// The number of consecutive deaths before ready after which the server reports `DEFUNCT`.
    public static let defaultLimit = 8
    /// The longest pause before a restart, used for every pause while the server is `DEFUNCT`.
    public static let longestPause = Duration.seconds(30)
    private static let firstPause = Duration.milliseconds(100)
    /// A worker that stayed ready for this long has worked.
    private static let steadyTime = Duration.seconds(60)

    private let limit: Int
    /// Deaths before ready since a worker was last ready.
    public private(set) var failures = 0
    /// Deaths outside of predictions since the last sign that the model works.
    private var deaths = 0

    /// Makes a policy that reports `DEFUNCT` after `limit` deaths before ready, at least one.
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
    /// - Returns: How long to wait before the next start.
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
