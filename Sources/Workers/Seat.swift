internal import Predictions
internal import Telemetry
internal import WorkerProtocol

/// A place in the pool: a worker and, after its death, its replacement.
struct Seat {
    /// The purpose of the process in this place.
    enum Role: Equatable {
        /// It runs predictions.
        case worker
        /// It is set up and waits to replace a worker.
        case standby
        /// It forks workers.
        case template
    }

    let role: Role
    /// The worker's `COG_WORKER_INDEX`. A standby keeps its own when it takes another place.
    var index: Int
    var lifecycle: Lifecycle
    var worker: Worker?
    /// Whether a worker was started in this place before.
    var wasStarted = false
    /// The worker's `TMPDIR`, and that of the template it was forked from; they are removed when the worker is gone.
    var temporaryFolders: [TemporaryFolder] = []
    /// The setup of the worker.
    var setup: SetupRecord
    /// The spans of the setup in progress; nil if tracing is off.
    var setupSpan: SetupSpan?
    /// The last failed setup; nil once a worker is ready.
    var failedSetup: SetupRecord?
    /// The number of predictions that its workers have ended.
    var predictions = 0

    init(_ role: Role, index: Int, lifecycle: Lifecycle, at now: Timestamp) {
        self.role = role
        self.index = index
        self.lifecycle = lifecycle
        setup = SetupRecord(at: now)
    }

    /// The name in log lines.
    var name: String {
        switch role {
        case .worker: "\(index)"
        case .standby: "standby"
        case .template: "template"
        }
    }
}

extension Seat {
    /// The places of a pool, workers first.
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
