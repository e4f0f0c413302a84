internal import Glibc
public import Predictions

/// The visible state of one worker.
public struct WorkerStatus: Sendable {
    /// Its place in the pool, counted from 0.
    public let index: Int
    /// Its id in this life; nil if there is none.
    public let id: WorkerID?
    /// Its process; 0 if there is none.
    public let processID: Int32
    /// Its state.
    public let state: Lifecycle.State
    /// Whether its setups have failed so often that the next one isn't expected to succeed.
    public let isDefunct: Bool
    /// The number of predictions that ended in its place.
    public let predictions: Int
}

extension WorkerPool {
    /// The condition of the model.
    public enum Condition: Equatable, Sendable {
        case starting
        case ready
        /// Its first setup has failed.
        case setupFailed
        /// Its workers have died too often.
        case defunct
    }

    /// All workers.
    public var workers: [WorkerStatus] {
        seats.filter { $0.role == .worker }.sorted { $0.index < $1.index }.map { seat in
            WorkerStatus(
                index: seat.index, id: seat.worker?.id, processID: seat.worker?.processID ?? 0,
                state: seat.lifecycle.state, isDefunct: seat.lifecycle.isDefunct, predictions: seat.predictions)
        }
    }

    /// The condition of the model.
    public var condition: Condition {
        // While a worker waits for the template, the template's setup counts.
        let workers = seats.filter { $0.role == .worker && $0.lifecycle.state != .waiting }
        let template = seats.filter { $0.role == .template && hasWaitingWorker && $0.lifecycle.state != .ready }
        guard !workers.isEmpty || !template.isEmpty else { return .starting }
        return Self.condition(of: (workers + template).map(\.lifecycle), modelWorks: facts != nil)
    }

    /// The model is ready if any worker is.
    static func condition(of workers: [Lifecycle], modelWorks: Bool) -> Condition {
        if workers.contains(where: { $0.state == .ready }) { return .ready }
        if workers.allSatisfy(\.isDefunct) { return .defunct }
        return !modelWorks && workers.allSatisfy(\.hasFailed) ? .setupFailed : .starting
    }

    /// The setup to show: that of a ready worker, a failed one, or the one in progress.
    public var setup: SetupRecord {
        switch condition {
        case .ready: (seats.first { $0.role == .worker && $0.lifecycle.state == .ready } ?? seats[0]).setup
        case .setupFailed, .defunct: seats.lazy.compactMap(\.failedSetup).first ?? seats[0].setup
        case .starting: (seats.first { $0.role == .template && seats[0].lifecycle.state == .waiting } ?? seats[0]).setup
        }
    }

    /// Whether a worker is to be forked but there is no template yet.
    private var hasWaitingWorker: Bool { seats.contains { $0.lifecycle.state == .waiting } }

    /// How many workers serve or will serve again.
    var expectedWorkers: Int {
        let hasTemplate = seats.contains { $0.role == .template && $0.lifecycle.isExpected }
        return seats.count { seat in
            seat.role == .worker && seat.lifecycle.isExpected && (seat.lifecycle.state != .waiting || hasTemplate)
        }
    }

    /// The resident memory of a process; nil if it can't be read.
    func residentBytes(ofProcess id: Int32) -> Int? {
        let file = open("/proc/\(id)/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let text = withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { space in
            let count = read(file, space.baseAddress, space.count)
            return String(decoding: space.prefix(max(0, count)), as: UTF8.self)
        }
        // proc(5): size, resident, … in pages.
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
