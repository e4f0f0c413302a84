public import Predictions

/// The lives of one worker in the pool: when its process is started, asked to end, killed, and started again.
///
/// A value without processes and without a clock. Methods are named after what happened and return what to do.
public struct Lifecycle: Sendable {
    /// The state of the worker.
    public enum State: Equatable, Sendable {
        /// Not started yet.
        case idle
        /// To be started once there is a template to fork it from.
        case waiting
        /// The model is being set up.
        case settingUp
        /// Accepting predictions.
        case ready
        /// Told to end.
        case ending(Reason)
        /// Dead, to be started again later.
        case pausing
        /// The model's first setup raised; another attempt would fail too.
        case setupFailed
        /// Ended for good.
        case stopped
    }

    /// Why a worker is told to end.
    public enum Reason: Equatable, Sendable {
        /// The server is shutting down.
        case shutdown
        /// The worker has reached its prediction limit or has grown too large.
        case recycled
        /// It ignores an interruption.
        case unresponsive(Interruption)
        /// Its setup took too long.
        case setupTimedOut
        /// Its setup failed, according to the worker.
        case setupFailed
        /// It closed its channel.
        case channelLost(wasReady: Bool)
        /// It sent invalid data.
        case misbehaved(wasReady: Bool)
    }

    /// What to do now.
    public enum Action: Equatable, Sendable {
        /// Start a process, then call ``started(at:)`` or ``died(at:modelWorks:)``.
        case start
        /// Close the channel for sending, which makes a working worker end by itself.
        case finish
        /// Kill the worker and everything it started.
        case kill
    }

    /// How long a worker that is asked to end may continue its setup.
    public static let graceInSetup = Duration.seconds(1)
    /// How long a failed or recycled worker may take to end.
    public static let endGrace = Duration.seconds(5)
    /// How long a worker may live without its channel.
    public static let channelGrace = Duration.milliseconds(500)

    /// The state of the worker.
    public private(set) var state = State.idle
    /// When to call ``deadlinePassed(at:)``; nil for never.
    public private(set) var nextDeadline: Duration?
    /// Whether a setup has failed in any way and none has succeeded since.
    public private(set) var hasFailed = false
    private let setupTimeout: Duration?
    private var policy: RestartPolicy
    private var readyAt = Duration.zero

    /// Makes a worker that isn't started yet. Its setup may take `setupTimeout`; nil for no limit.
    public init(setupTimeout: Duration?, policy: RestartPolicy) {
        self.setupTimeout = setupTimeout
        self.policy = policy
    }

    /// Whether its setups have failed so often that the next one isn't expected to succeed.
    public var isDefunct: Bool { policy.isDefunct }

    /// The number of consecutive setup failures.
    public var failures: Int { policy.failures }

    /// Whether the worker is serving or is likely to serve again soon.
    public var isExpected: Bool {
        guard !isDefunct else { return false }
        switch state {
        case .idle, .waiting, .settingUp, .ready, .pausing: return true
        case .ending(.shutdown), .setupFailed, .stopped: return false
        case .ending: return true
        }
    }

    // MARK: - Starting

    /// The worker is wanted: at the start of the server, or again because another worker has shown that the model
    /// works.
    public mutating func wanted() -> [Action] {
        guard state == .idle || state == .waiting || state == .setupFailed else { return [] }
        return start()
    }

    /// The worker can't be started yet, or the template that was to fork it is gone; it is wanted again later.
    public mutating func mustWait() {
        guard state == .settingUp else { return }
        state = .waiting
        nextDeadline = nil
    }

    /// Its process has become another worker's, or it isn't to be started after all.
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

    /// The worker reports that the model's setup failed; it ends by itself.
    public mutating func setupFailed(at now: Duration) -> [Action] {
        guard state == .settingUp else { return [] }
        hasFailed = true
        return end(.setupFailed, by: now + Self.endGrace)
    }

    // MARK: - Ending

    /// The model has ended a prediction in some way, so it works.
    public mutating func predictionFinished() {
        policy.predictionFinished()
    }

    /// The worker is to be replaced because it has reached a recycling limit.
    public mutating func recycled(at now: Duration) -> [Action] {
        guard state == .ready else { return [] }
        return end(.recycled, by: now + Self.endGrace)
    }

    /// Its process, which is still being set up, isn't needed.
    public mutating func turnedOutUseless(at now: Duration) -> [Action] {
        guard state == .settingUp else { return [] }
        return end(.recycled, by: now + Self.endGrace)
    }

    /// The worker ignores an interruption.
    public mutating func ignored(_ interruption: Interruption) -> [Action] {
        guard state == .ready else { return [] }
        state = .ending(.unresponsive(interruption))
        return [.kill]
    }

    /// The worker sent invalid data, so nothing it does can be trusted, not even that it ends by itself.
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

    /// The server is shutting down. A worker in setup doesn't react until the setup is over, so it gets only a moment.
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

    /// The time of ``nextDeadline`` has come.
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

    /// Its process has ended, or couldn't be started. `modelWorks` says whether any worker of the pool was ever ready;
    /// if none was, a setup that raises isn't retried. `hadPredictions` says whether the worker was running any.
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
