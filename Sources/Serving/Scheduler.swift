public import Predictions
public import Workers

/// Decides which prediction runs on which worker, and when: slots, the queue, limits, and deadlines.
///
/// A value without I/O and without a clock. Methods are named after what happened and return what to do; nothing is
/// requested twice. Every accepted prediction ends exactly once: either the caller calls ``freed(_:at:)``, or an
/// ``Action/end(_:_:)`` is returned.
public struct Scheduler {
    /// How many workers may die before they begin a prediction. It may kill them while they read it.
    public static let lossLimit = 3

    let limits: Limits
    var seats: [Seat] = []
    var queue = WaitingLine()
    /// The state of predictions by the index of their ids.
    var entries: [Entry] = []
    var arrivals = 0
    var releases = 0
    /// How many workers serve or will serve again.
    private(set) var expectedWorkers = 0
    /// The number of slots per worker, according to the latest one.
    private(set) var slotsPerWorker = 1
    /// Nil if each call of the model answers one prediction.
    var batches: Batches?
    /// No deadline is earlier than this one, which may have been removed.
    private(set) var earliestDeadline: Duration?

    /// Makes a scheduler without workers.
    public init(limits: Limits) {
        self.limits = limits
    }

    // MARK: - State

    /// How many more predictions could begin without waiting.
    public var freeSlots: Int {
        batches.map { max(0, batchCapacity - $0.count) } ?? seats.reduce(0) { $0 + $1.free }
    }

    /// The number of predictions that have a slot.
    public var takenSlots: Int { batches?.runningCount ?? seats.reduce(0) { $0 + $1.taken } }

    /// The number of waiting predictions.
    public var waitingCount: Int { batches?.waitingCount ?? queue.count }

    /// The number of predictions that have a slot of this worker; 0 if the worker is gone.
    public func takenSlots(of worker: WorkerID) -> Int {
        if let batches { return batches.batches(of: worker).reduce(0) { $0 + $1.members.count } }
        return seats.first { $0.worker == worker }?.taken ?? 0
    }

    /// Whether a worker gets predictions. One that is to be recycled, or is about to end, doesn't.
    public func isServing(_ worker: WorkerID) -> Bool {
        seats.contains { $0.worker == worker && $0.service == .open }
    }

    /// When to call ``deadlinePassed(at:)``; nil for never.
    public var nextDeadline: Duration? {
        guard let due = batches?.nextDue else { return earliestDeadline }
        return earliestDeadline.map { min($0, due) } ?? due
    }

    /// How many workers are still to come.
    var missingWorkers: Int { max(0, expectedWorkers - seats.count { $0.service != .ending }) }

    /// How many predictions may wait: while a worker is missing, at least as many as it will have slots.
    private var waitingLimit: Int {
        missingWorkers > 0 ? max(limits.queueLimit, missingWorkers * slotsPerWorker) : limits.queueLimit
    }

    // MARK: - Predictions

    /// Why a new prediction would be refused now; nil if it would be accepted.
    public var refusal: Refusal? {
        if batches != nil { return batchRefusal }
        if queue.isEmpty, seats.contains(where: { $0.free > 0 }) { return nil }
        guard expectedWorkers > 0 else { return .noWorkers }
        return queue.count < waitingLimit ? nil : .busy
    }

    /// A prediction has arrived. If it is refused, it is forgotten. `client` is the connection that waits for its
    /// response, if any. A prediction that keeps a place may wait even if others may not.
    public mutating func arrived(
        _ run: RunID, from client: Int? = nil, keepsPlace: Bool = false, at now: Duration
    ) -> Arrival {
        if batches != nil { return arrivedForBatch(run, from: client, keepsPlace: keepsPlace) }
        guard queue.isEmpty, let seat = bestSeat else {
            if let refusal, refusal != .busy || !keepsPlace { return .refuse(refusal) }
            enter(run)
            wait(run, at: now)
            queue.append(run)
            return .wait
        }
        enter(run)
        take(seat, run, at: now)
        return .start(on: seats[seat].worker)
    }

    /// The model has done its part, but something remains to be done before the prediction ends, such as uploads. The
    /// slot stays taken, but its worker isn't needed any more. The slot of a batch doesn't wait for this.
    public mutating func modelFinished(_ run: RunID, at now: Duration) -> [Action] {
        guard isKnown(run) else { return [] }
        if entries[run.index].batch != nil { return leaveBatch(run, at: now) }
        entries[run.index].isFinishing = true
        return []
    }

    /// The prediction has ended, wherever it was.
    public mutating func freed(_ run: RunID, at now: Duration) -> [Action] {
        guard isKnown(run) else { return [] }
        let batch = entries[run.index].batch
        if let client = batch?.client { batches?.gathering.answered(client, at: now) }
        leave(run)
        if let id = batch?.id { oneOfBatchEnded(id, at: now) }
        return fill(at: now)
    }

    /// Somebody wants the prediction to end.
    public mutating func canceled(_ run: RunID, at now: Duration) -> [Action] {
        guard isKnown(run) else { return [] }
        guard case .slot = entries[run.index].place else {
            leave(run)
            return [.end(run, .canceled)]
        }
        // Pass on a second cancel too, because the model may have caught the first.
        let isFirst = entries[run.index].interruption == nil
        entries[run.index].interruption = .canceled
        if entries[run.index].batch != nil { return canceledInBatch(run, isFirst: isFirst, at: now) }
        if isFirst { setDeadline(run, now + limits.cancelGrace) }
        return [.interrupt(run, .canceled)]
    }

    // MARK: - Workers

    /// This many workers serve or will serve again, including those being started.
    public mutating func workersExpected(_ count: Int) -> [Action] {
        expectedWorkers = count
        guard count == 0 else { return [] }
        var actions: [Action] = []
        for entry in entries.filter({ $0.place == .waiting || $0.place == .preparing }).sorted(by: {
            $0.order < $1.order
        }) {
            leave(entry.run)
            actions.append(.end(entry.run, .noWorkers))
        }
        return actions
    }

    /// A worker accepts predictions from now on; with `batching`, each of its slots is for a batch.
    public mutating func workerReady(
        _ worker: WorkerID, slots: Int, batching: Batching? = nil, at now: Duration
    ) -> [Action] {
        guard !seats.contains(where: { $0.worker == worker }) else { return [] }
        if let batching, batches == nil { batches = Batches(size: batching.size, wait: batching.wait) }
        slotsPerWorker = max(1, slots)
        seats.append(Seat(worker: worker, slots: max(1, slots)))
        return fill(at: now)
    }

    /// A worker is gone. Only what it had begun is lost; the rest returns to the front of the queue, in order.
    public mutating func workerDied(_ worker: WorkerID, begun: Set<RunID>, at now: Duration) -> [Action] {
        guard let index = seats.firstIndex(where: { $0.worker == worker }) else { return [] }
        seats.remove(at: index)
        if batches != nil { return batchesDied(worker, begun: begun, at: now) }
        var actions: [Action] = []
        var again: [Entry] = []
        for entry in entries where entry.place == .slot(worker) {
            guard !entry.isFinishing else {
                entries[entry.run.index].place = .slot(nil)
                continue
            }
            entries[entry.run.index].losses += 1
            if let interruption = entry.interruption {
                leave(entry.run)
                actions.append(.end(entry.run, interruption == .canceled ? .canceled : .timedOut))
            } else if begun.contains(entry.run) || entry.losses + 1 == Self.lossLimit {
                leave(entry.run)
                actions.append(.end(entry.run, .workerDied))
            } else {
                again.append(entry)
            }
        }
        again.sort { $0.order < $1.order }
        for entry in again {
            wait(entry.run, at: now)
            actions.append(.waitAgain(entry.run))
        }
        queue.insertFirst(again.map(\.run))
        return actions + fill(at: now)
    }

    /// A worker is to be recycled, so it gets no more predictions.
    public mutating func workerRetiring(_ worker: WorkerID) -> [Action] {
        guard let index = seats.firstIndex(where: { $0.worker == worker }), seats[index].service == .open else {
            return []
        }
        seats[index].service = .retiring
        return retireDrained()
    }

    /// A worker is about to end, whatever it runs, so it gets no more predictions; ``workerDied(_:begun:at:)`` follows.
    public mutating func workerEnding(_ worker: WorkerID) {
        if let index = seats.firstIndex(where: { $0.worker == worker }) { seats[index].service = .ending }
    }

    // MARK: - Time

    /// The time of ``nextDeadline`` has come.
    public mutating func deadlinePassed(at now: Duration) -> [Action] {
        let actions = batches == nil ? [] : fill(at: now)
        guard let earliest = earliestDeadline, earliest <= now else { return actions }
        return actions + deadlinesPassed(at: now)
    }

    private mutating func deadlinesPassed(at now: Duration) -> [Action] {
        earliestDeadline = nil
        var actions: [Action] = []
        for entry in entries where entry.place != .nowhere {
            guard let deadline = entry.deadline else { continue }
            guard deadline <= now else {
                remember(deadline)
                continue
            }
            entries[entry.run.index].deadline = nil
            switch entry.place {
            case .waiting, .preparing:
                leave(entry.run)
                actions.append(.end(entry.run, .waitedTooLong))
            case .slot(let worker):
                if let interruption = entry.interruption {
                    if let worker { replace(worker, ignoring: interruption, &actions) }
                    continue
                }
                entries[entry.run.index].interruption = .timedOut
                setDeadline(entry.run, now + limits.cancelGrace)
                actions.append(.interrupt(entry.run, .timedOut))
            case .nowhere: break
            }
        }
        return actions
    }

    /// Replaces each worker only once, however many of its predictions continue.
    private func replace(_ worker: WorkerID, ignoring interruption: Interruption, _ actions: inout [Action]) {
        let isReplaced = actions.contains { if case .replace(worker, _) = $0 { true } else { false } }
        if !isReplaced { actions.append(.replace(worker, ignoring: interruption)) }
    }

    mutating func setDeadline(_ run: RunID, _ deadline: Duration?) {
        entries[run.index].deadline = deadline
        if let deadline { remember(deadline) }
    }

    private mutating func remember(_ deadline: Duration) {
        earliestDeadline = earliestDeadline.map { min($0, deadline) } ?? deadline
    }
}
