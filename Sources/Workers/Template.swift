public import WorkerProtocol

/// Decides how the workers of a pool are created: as new processes, or forked from a template. The template is the
/// first worker once its model is set up or imported.
///
/// A value without processes and without a clock. Code that starts a worker calls ``source(isStandbyReady:)``.
public struct Template: Sendable {
    /// The state of the template.
    public enum Stage: Equatable, Sendable {
        /// Workers are new processes, because forking wasn't requested or isn't possible.
        case unused
        /// The process that will become the template is being set up.
        case preparing
        /// The template forks workers.
        case ready
    }

    /// The source of a worker.
    public enum Source: Equatable, Sendable {
        /// The standby takes its place.
        case standby
        /// The template forks it.
        case fork
        /// A new process is started.
        case spawn
        /// None yet: it is forked once there is a template.
        case wait
    }

    /// How long a template may take to fork a worker, its only task.
    public static let orderLimit = Duration.seconds(5)
    /// After this many consecutive forked workers have died before they were ready, the fork itself is to blame.
    public static let failureLimit = 3

    /// The state of the template.
    public private(set) var stage: Stage
    private let start: WorkerStart
    private let keepsStandby: Bool
    /// The times of orders that the template hasn't carried out yet.
    private var orders: [WorkerID: Duration] = [:]
    /// The template missed the deadline of an order and is being replaced.
    private var isStuck = false
    private var failures = 0

    /// Makes the template of a pool. `keepsStandby` requests a worker that is set up in advance.
    public init(_ start: WorkerStart, keepsStandby: Bool) {
        self.start = start
        self.keepsStandby = keepsStandby
        stage = start == .spawn ? .unused : .preparing
    }

    /// Whether a standby is useful now. A template that has set the model up creates a new worker just as fast.
    public var wantsStandby: Bool {
        switch stage {
        case .unused: keepsStandby
        case .preparing: false
        case .ready: keepsStandby && start == .forkAfterImport
        }
    }

    /// The source of the next worker.
    public func source(isStandbyReady: Bool) -> Source {
        if isStandbyReady { return .standby }
        switch stage {
        case .unused: return .spawn
        case .preparing: return .wait
        case .ready: return .fork
        }
    }

    // MARK: - The template's life

    /// The template forks workers from now on.
    public mutating func becameReady() {
        guard stage == .preparing else { return }
        stage = .ready
        failures = 0
    }

    /// The model doesn't allow a template. This doesn't change later, so all workers are created in the same way.
    public mutating func refused() {
        stage = .unused
    }

    /// Its process has ended. Returns the workers that it was to fork but hasn't.
    public mutating func died() -> [WorkerID] {
        if stage == .ready { stage = .preparing }
        defer { orders = [:] }
        isStuck = false
        return orders.keys.sorted()
    }

    // MARK: - Orders

    /// When to call ``deadlinePassed(at:)``; nil for never.
    public var nextDeadline: Duration? { isStuck ? nil : orders.values.min().map { $0 + Self.orderLimit } }

    /// The template was told to fork a worker.
    public mutating func ordered(_ worker: WorkerID, at now: Duration) {
        orders[worker] = now
    }

    /// The template has answered an order. False if there was no such order.
    public mutating func answered(_ worker: WorkerID) -> Bool {
        orders.removeValue(forKey: worker) != nil
    }

    /// The time of ``nextDeadline`` may have come. Returns, once, whether the template isn't following its orders, for
    /// example because it was stopped.
    public mutating func deadlinePassed(at now: Duration) -> Bool {
        guard let deadline = nextDeadline, deadline <= now else { return false }
        isStuck = true
        return true
    }

    // MARK: - Forked workers

    /// A forked worker is ready.
    public mutating func workerBecameReady() {
        failures = 0
    }

    /// A forked worker died before it was ready. Returns whether forking must stop for that reason.
    public mutating func workerFailed() -> Bool {
        guard stage == .ready else { return false }
        failures += 1
        guard failures >= Self.failureLimit else { return false }
        refused()
        return true
    }
}
