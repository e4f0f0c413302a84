public import Predictions

/// The lives of one worker of the pool: when its process is started, asked to end, killed, and started again.
///
/// A value without processes and without a clock. Methods are named after what happened and return what to do.
public struct Lifecycle: Sendable {
    /// Where the worker stands.
    public enum State: Equatable, Sendable {
        /// It was not started yet.
        case idle
        /// It is started once there is a template to fork it from.
        case waiting
        /// The model is being set up.
        case settingUp
        /// It takes predictions.
        case ready
        /// It was told to end.
        case ending(Reason)
        /// It has died and is started again later.
        case pausing
        /// The model's first setup has raised: trying again would fail again.
        case setupFailed
        /// It has ended for good.
        case stopped
    }

    /// Why a worker is told to end.
    public enum Reason: Equatable, Sendable {
        /// The server shuts down.
        case shutdown
        /// It has done its share, or has grown too large.
        case recycled
        /// It ignores an interruption.
        case unresponsive(Interruption)
        /// Its setup took too long.
        case setupTimedOut
        /// Its setup has failed, as it said itself.
        case setupFailed
        /// It has closed its channel.
        case channelLost(wasReady: Bool)
        /// It has said what makes no sense.
        case misbehaved(wasReady: Bool)
    }

    /// What to do now.
    public enum Action: Equatable, Sendable {
        /// Start a process, then call ``started(at:)`` or ``died(at:modelWorks:)``.
        case start
        /// Close the channel for sending: a worker that works ends by itself then.
        case finish
        /// Kill it and all it started.
        case kill
    }

    /// How long a worker that is asked to end may go on with its setup.
    public static let graceInSetup = Duration.seconds(1)
    /// How long a worker may take to end that has failed or is recycled.
    public static let endGrace = Duration.seconds(5)
    /// How long a worker may live without its channel.
    public static let channelGrace = Duration.milliseconds(500)

    /// Where the worker stands.
    public private(set) var state = State.idle
    /// When to call ``deadlinePassed(at:)``; nil for never.
    public private(set) var nextDeadline: Duration?
    /// Whether a setup has failed, in whatever way, and none has succeeded since.
    public private(set) var hasFailed = false
    private let setupTimeout: Duration?
    private var policy: RestartPolicy
    private var readyAt = Duration.zero

    /// A worker that was not started yet. Its setup may take `setupTimeout`, nil for ever.
    public init(setupTimeout: Duration?, policy: RestartPolicy) {
        self.setupTimeout = setupTimeout
        self.policy = policy
    }

    /// Whether its setups have failed so often that the next one is not counted on.
    public var isDefunct: Bool { policy.isDefunct }

    /// How many of its setups have failed in a row.
    public var failures: Int { policy.failures }

    /// Whether the worker serves or is likely to serve again soon.
    public var isExpected: Bool {
        guard !isDefunct else { return false }
        switch state {
        case .idle, .waiting, .settingUp, .ready, .pausing: return true
        case .ending(.shutdown), .setupFailed, .stopped: return false
        case .ending: return true
        }
    }

    // MARK: - Starting

    /// The worker is wanted: at the start of the server, or again because another worker has shown that the model works.
    public mutating func wanted() -> [Action] {
        guard state == .idle || state == .waiting || state == .setupFailed else { return [] }
        return start()
    }

    /// It can't be started yet, or the template that was to fork it is gone: it is wanted again later.
    public mutating func mustWait() {
        guard state == .settingUp else { return }
        state = .waiting
        nextDeadline = nil
    }

    /// Its process has become another worker's, or it is not to be started after all.
    public mutating func notWanted() {
        guard state == .settingUp || state == .ready else { return }
        state = .idle
        nextDeadline = nil
    }

    /// Its process was started.
    public mutating func started(at now: Duration) {
        if state == .settingUp { nextDeadline = setupTimeout.map { now + $0 } }
    }

    /// The model is set up.
    public mutating func becameReady(at now: Duration) {
        guard state == .settingUp else { return }
        readyAt = now
        policy.becameReady()
        state = .ready
        nextDeadline = nil
        hasFailed = false
    }

    /// The model's setup has failed, as the worker says; it ends by itself.
    public mutating func setupFailed(at now: Duration) -> [Action] {
        guard state == .settingUp else { return [] }
        hasFailed = true
        return end(.setupFailed, by: now + Self.endGrace)
    }

    // MARK: - Ending

    /// The model has ended a prediction, in whatever way: it works.
    public mutating func predictionFinished() {
        policy.predictionFinished()
    }

    /// It is to be replaced because it has done its share.
    public mutating func recycled(at now: Duration) -> [Action] {
        guard state == .ready else { return [] }
        return end(.recycled, by: now + Self.endGrace)
    }

    /// It has no use for its process, which is still being set up.
    public mutating func turnedOutUseless(at now: Duration) -> [Action] {
        guard state == .settingUp else { return [] }
        return end(.recycled, by: now + Self.endGrace)
    }

    /// It ignores an interruption.
    public mutating func ignored(_ interruption: Interruption) -> [Action] {
        guard state == .ready else { return [] }
        state = .ending(.unresponsive(interruption))
        return [.kill]
    }

    /// It has said what makes no sense: nothing that it does can be trusted any more, not even that it ends by itself.
    public mutating func misbehaved() -> [Action] {
        if state == .ready || state == .settingUp { state = .ending(.misbehaved(wasReady: state == .ready)) }
        nextDeadline = nil
        return [.kill]
    }

    /// Its channel was closed.
    public mutating func channelLost(at now: Duration) -> [Action] {
        guard state == .ready || state == .settingUp else { return [] }
        return end(.channelLost(wasReady: state == .ready), by: now + Self.channelGrace)
    }

    /// The server shuts down. A worker that is still setting up hears nothing until it is through, so it gets no more than
    /// a moment.
    public mutating func stopped(at now: Duration, within grace: Duration) -> [Action] {
        switch state {
        case .idle, .waiting, .pausing, .setupFailed, .stopped:
            state = .stopped
            nextDeadline = nil
            return []
        case .settingUp: return end(.shutdown, by: now + min(grace, Self.graceInSetup))
        case .ready: return end(.shutdown, by: now + grace)
        case .ending:
            state = .ending(.shutdown)
            nextDeadline = nextDeadline ?? now + grace
            return []
        }
    }

    /// The time of ``nextDeadline`` is here.
    public mutating func deadlinePassed(at now: Duration) -> [Action] {
        guard let deadline = nextDeadline, deadline <= now else { return [] }
        nextDeadline = nil
        switch state {
        case .settingUp:
            state = .ending(.setupTimedOut)
            return [.kill]
        case .ending: return [.kill]
        case .pausing: return start()
        case .idle, .waiting, .ready, .setupFailed, .stopped: return []
        }
    }

    /// Its process has ended, or could not be started. `modelWorks` says whether any worker of the pool was ever ready: if
    /// none was, a setup that raises is not tried again. `hadPredictions` says whether it was running any.
    public mutating func died(at now: Duration, modelWorks: Bool, hadPredictions: Bool = false) -> [Action] {
        nextDeadline = nil
        let death: RestartPolicy.Death
        switch state {
        case .ending(.shutdown), .stopped, .idle, .waiting, .pausing, .setupFailed:
            state = .stopped
            return []
        case .ending(.recycled): return start()
        case .ending(.setupFailed) where !modelWorks:
            state = .setupFailed
            return []
        case .settingUp, .ending(.setupTimedOut), .ending(.setupFailed), .ending(.channelLost(wasReady: false)),
            .ending(.misbehaved(wasReady: false)):
            hasFailed = true
            death = .beforeReady
        case .ready, .ending(.unresponsive), .ending(.channelLost), .ending(.misbehaved):
            death = hadPredictions ? .predicting(after: now - readyAt) : .idle(after: now - readyAt)
        }
        let pause = policy.died(death)
        guard pause > .zero else { return start() }
        state = .pausing
        nextDeadline = now + pause
        return []
    }

    private mutating func start() -> [Action] {
        state = .settingUp
        nextDeadline = nil
        return [.start]
    }

    private mutating func end(_ reason: Reason, by deadline: Duration) -> [Action] {
        state = .ending(reason)
        nextDeadline = deadline
        return [.finish]
    }
}
