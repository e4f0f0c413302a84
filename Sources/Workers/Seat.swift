internal import Predictions
internal import Telemetry
internal import WorkerProtocol

/// One place in the pool: a worker, and after its death the next one.
struct Seat {
    /// What the process in this place is for.
    enum Role: Equatable {
        /// It runs predictions.
        case worker
        /// It is set up, and waits to take the place of a worker.
        case standby
        /// It forks workers.
        case template
    }

    let role: Role
    /// What its worker finds in `COG_WORKER_INDEX`. A standby keeps its own in the place that it takes.
    var index: Int
    var lifecycle: Lifecycle
    var worker: Worker?
    /// Whether a worker was started in this place before.
    var wasStarted = false
    /// The `TMPDIR` of the worker, and that of the template which it was forked from: they go when the worker has gone.
    var temporaryFolders: [TemporaryFolder] = []
    /// The setup of the worker.
    var setup: SetupRecord
    /// The spans of the setup, while it goes on; nil while tracing is off.
    var setupSpan: SetupSpan?
    /// The setup that failed last; nil once a worker is ready.
    var failedSetup: SetupRecord?
    /// Predictions that its workers have ended.
    var predictions = 0

    init(_ role: Role, index: Int, lifecycle: Lifecycle, at now: Timestamp) {
        self.role = role
        self.index = index
        self.lifecycle = lifecycle
        setup = SetupRecord(at: now)
    }

    /// How log lines name it.
    var name: String {
        switch role {
        case .worker: "\(index)"
        case .standby: "standby"
        case .template: "template"
        }
    }
}

extension Seat {
    /// The places of a pool, the workers first.
    static func all(of settings: PoolSettings, at now: Timestamp) -> [Seat] {
        let policy = RestartPolicy(limit: settings.failureLimit)
        let workers = max(1, settings.workers)
        func seat(_ role: Role, _ index: Int) -> Seat {
            Seat(role, index: index, lifecycle: Lifecycle(setupTimeout: settings.setupTimeout, policy: policy), at: now)
        }
        var seats = (0..<workers).map { seat(.worker, $0) }
        // It becomes worker 0 if it can't be a template.
        if settings.start != .spawn { seats.append(seat(.template, 0)) }
        if settings.keepsStandby { seats.append(seat(.standby, workers)) }
        return seats
    }
}
