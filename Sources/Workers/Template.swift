public import WorkerProtocol

/// How the workers of a pool come into being: by themselves, or forked from a template, which is the first worker once its
/// model is set up or imported.
///
/// A value without processes and without a clock. Whoever starts a worker asks for its ``source(isStandbyReady:)``.
public struct Template: Sendable {
    /// Where the template stands.
    public enum Stage: Equatable, Sendable {
        /// Workers are started by themselves: forking wasn't asked for, or can't be done.
        case unused
        /// The process that is to become the template is being set up.
        case preparing
        /// It forks workers.
        case ready
    }

    /// Where a worker comes from.
    public enum Source: Equatable, Sendable {
        /// The standby takes its place.
        case standby
        /// The template forks it.
        case fork
        /// A new process is started.
        case spawn
        /// Nowhere yet: it is forked once there is a template.
        case wait
    }

    /// How long a template may take to fork a worker. It has nothing else to do.
    public static let orderLimit = Duration.seconds(5)
    /// So many forked workers may die in a row before they are ready: then it is the fork that kills them.
    public static let failureLimit = 3

    /// Where the template stands.
    public private(set) var stage: Stage
    private let start: WorkerStart
    private let keepsStandby: Bool
    /// When workers were ordered that the template hasn't forked yet.
    private var orders: [WorkerID: Duration] = [:]
    /// It hasn't carried out an order in time, and is to be replaced.
    private var isStuck = false
    private var failures = 0

    /// A pool whose workers start like this; `keepsStandby` asks for one that is set up in advance.
    public init(_ start: WorkerStart, keepsStandby: Bool) {
        self.start = start
        self.keepsStandby = keepsStandby
        stage = start == .spawn ? .unused : .preparing
    }

    /// Whether a standby is of use now. A template that has set the model up makes a new worker as fast.
    public var wantsStandby: Bool {
        switch stage {
        case .unused: keepsStandby
        case .preparing: false
        case .ready: keepsStandby && start == .forkAfterImport
        }
    }

    /// Where the next worker comes from.
    public func source(isStandbyReady: Bool) -> Source {
        if isStandbyReady { return .standby }
        switch stage {
        case .unused: return .spawn
        case .preparing: return .wait
        case .ready: return .fork
        }
    }

    // MARK: - The template's life

    /// It forks workers from now on.
    public mutating func becameReady() {
        guard stage == .preparing else { return }
        stage = .ready
        failures = 0
    }

    /// No template can be made of the model: it stays like this, so that all workers come into being in the same way.
    public mutating func refused() {
        stage = .unused
    }

    /// Its process has ended. Returns the workers that it was to fork, and hasn't.
    public mutating func died() -> [WorkerID] {
        if stage == .ready { stage = .preparing }
        defer { orders = [:] }
        isStuck = false
        return orders.keys.sorted()
    }

    // MARK: - Orders

    /// When to call ``deadlinePassed(at:)``; nil for never.
    public var nextDeadline: Duration? { isStuck ? nil : orders.values.min().map { $0 + Self.orderLimit } }

    /// It was told to fork a worker.
    public mutating func ordered(_ worker: WorkerID, at now: Duration) {
        orders[worker] = now
    }

    /// It has answered an order. False if there was none like this.
    public mutating func answered(_ worker: WorkerID) -> Bool {
        orders.removeValue(forKey: worker) != nil
    }

    /// The time of ``nextDeadline`` may be here. Returns, once, whether the template doesn't do what it was told: somebody has
    /// stopped it, say.
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

    /// A forked worker has died before it was ready. Returns whether no more are to be forked for that reason.
    public mutating func workerFailed() -> Bool {
        guard stage == .ready else { return false }
        failures += 1
        guard failures >= Self.failureLimit else { return false }
        refused()
        return true
    }
}
