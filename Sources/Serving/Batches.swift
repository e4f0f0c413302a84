internal import Predictions
internal import Workers

/// The batches of a model whose method answers several predictions per call.
///
/// A value that decides which predictions run in one call, and what to do with the rest of a batch after its call has
/// failed. The parts of a failed batch run again separately, before all others, until the prediction that causes the
/// failure is alone.
struct Batches {
    /// The predictions that a worker answers in one call.
    struct Batch {
        let id: Int
        let worker: WorkerID
        /// The number of predictions at its start.
        let size: Int
        /// The predictions that the model still has.
        var members: [RunID]
    }

    /// Predictions that wait for a batch.
    var gathering: Gathering
    /// The number of predictions whose files are being fetched; they join a batch afterwards.
    var preparingCount = 0
    /// When the next batch begins if a slot is free, provided that nobody comes or goes.
    var nextDue: Duration?

    private var running: [Batch] = []
    private var parts: [[RunID]] = []
    private var lastID = 0

    init(size: Int, wait: Duration) {
        gathering = Gathering(size: size, wait: wait)
    }

    /// The number of predictions that the model has.
    var runningCount: Int { running.reduce(0) { $0 + $1.members.count } }

    /// The number of predictions that wait for anything.
    var waitingCount: Int { gathering.count + preparingCount + parts.reduce(0) { $0 + $1.count } }

    /// The total number of predictions.
    var count: Int { runningCount + waitingCount }

    // MARK: - Starting

    /// Takes the next predictions for a free slot; nil if none should begin now.
    mutating func next(at now: Duration) -> [RunID]? {
        if !parts.isEmpty { return parts.removeFirst() }
        return gathering.isDue(at: now) ? gathering.takeBatch() : nil
    }

    /// A batch begins. Returns its id.
    mutating func began(_ runs: [RunID], on worker: WorkerID) -> Int {
        lastID += 1
        running.append(Batch(id: lastID, worker: worker, size: runs.count, members: runs))
        return lastID
    }

    // MARK: - Ending

    subscript(id: Int) -> Batch? { running.first { $0.id == id } }

    /// The batches of one worker, oldest first.
    func batches(of worker: WorkerID) -> [Batch] { running.filter { $0.worker == worker } }

    /// The model has ended one prediction of a batch. Returns the worker whose slot this frees, if any.
    mutating func left(_ run: RunID, _ id: Int) -> WorkerID? {
        guard let index = running.firstIndex(where: { $0.id == id }) else { return nil }
        running[index].members.removeAll { $0 == run }
        return running[index].members.isEmpty ? running.remove(at: index).worker : nil
    }

    /// A prediction that waits to run again has left.
    mutating func leftPart(_ run: RunID) {
        for index in parts.indices { parts[index].removeAll { $0 == run } }
        parts.removeAll(where: \.isEmpty)
    }

    /// A call has failed. These predictions of its batch run again, in halves.
    mutating func runAgain(_ runs: [RunID]) {
        guard runs.count > 1 else {
            if !runs.isEmpty { parts.append(runs) }
            return
        }
        let middle = (runs.count + 1) / 2
        parts.append(Array(runs[..<middle]))
        parts.append(Array(runs[middle...]))
    }
}
