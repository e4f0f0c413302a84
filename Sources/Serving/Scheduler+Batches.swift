public import Predictions
internal import Workers

/// Models whose method answers several predictions per call.
///
/// A slot holds the batch that is running while the next one gathers. If a call fails as a whole, the halves of its
/// batch run again separately, until the prediction that causes the failure is alone.
extension Scheduler {
    /// Additional state for a prediction of a batched model.
    struct BatchEntry {
        /// The connection that waits for the response.
        let client: Int?
        /// The batch that the prediction runs in.
        var id: Int?
        /// A client has seen some of its output, so it can't start over.
        var hasShownOutput = false
    }

    /// The number of predictions that the slots hold: running and gathering ones.
    var batchCapacity: Int {
        let slots = seats.reduce(0) { $0 + ($1.service == .open ? $1.slots : 0) }
        return 2 * slots * (batches?.gathering.size ?? 1)
    }

    var batchRefusal: Refusal? {
        guard let batches else { return nil }
        guard expectedWorkers > 0 || !seats.isEmpty else { return .noWorkers }
        let missing = missingWorkers * slotsPerWorker * 2 * batches.gathering.size
        return batches.count < batchCapacity + max(missing, limits.queueLimit) ? nil : .busy
    }

    // MARK: - What happens

    mutating func arrivedForBatch(_ run: RunID, from client: Int?, keepsPlace: Bool) -> Arrival {
        if let batchRefusal, batchRefusal != .busy || !keepsPlace { return .refuse(batchRefusal) }
        enter(run)
        entries[run.index].place = .preparing
        entries[run.index].batch = BatchEntry(client: client)
        batches!.preparingCount += 1
        return .prepare
    }

    /// Several predictions of one request arrive from now on.
    public mutating func arrivingTogether() {
        batches?.gathering.awaitsMore = true
    }

    /// The last of them has arrived, so the first batch can be as large as they allow.
    public mutating func arrivedTogether(at now: Duration) -> [Action] {
        guard batches != nil else { return [] }
        batches!.gathering.awaitsMore = false
        return fill(at: now)
    }

    /// Everything that a prediction needs is here: it joins the next batch.
    public mutating func prepared(_ run: RunID, at now: Duration) -> [Action] {
        guard isKnown(run), entries[run.index].place == .preparing, let batch = entries[run.index].batch else {
            return []
        }
        batches!.preparingCount -= 1
        batches!.gathering.arrived(run, from: batch.client, at: now)
        wait(run, at: now)
        return fill(at: now)
    }

    /// A client has seen some of a prediction's output in an event stream, in a webhook, or by requesting it.
    public mutating func outputShown(_ run: RunID) {
        if isKnown(run) { entries[run.index].batch?.hasShownOutput = true }
    }

    /// Whether a batch may wait for the next prediction of this client.
    public func expects(_ client: Int) -> Bool {
        batches?.gathering.expects(client) == true
    }

    /// A client's connection was closed, so no batch waits for its next prediction.
    public mutating func clientGone(_ client: Int, at now: Duration) -> [Action] {
        guard expects(client) else { return [] }
        batches!.gathering.clientGone(client)
        return fill(at: now)
    }

    /// A call that was to answer these predictions, and others, has raised.
    public mutating func batchFailed(_ runs: [RunID], at now: Duration) -> [Action] {
        let known = runs.filter { isKnown($0) && entries[$0.index].batch?.id != nil }
        var actions: [Action] = []
        var again: [RunID] = []
        for run in known {
            let entry = entries[run.index]
            if let interruption = entry.interruption {
                leave(run)
                actions.append(.end(run, interruption == .canceled ? .canceled : .timedOut))
            } else if entry.batch?.hasShownOutput == true {
                leave(run)
                actions.append(.end(run, .batchFailed))
            } else {
                leave(run)
                again.append(run)
            }
        }
        return actions + runAgain(again) + fill(at: now)
    }

    /// A worker is gone: each batch that it had begun has failed; the others return to the front of the line.
    mutating func batchesDied(_ worker: WorkerID, begun: Set<RunID>, at now: Duration) -> [Action] {
        var actions: [Action] = []
        var waiting: [RunID] = []
        for batch in batches!.batches(of: worker) {
            var again: [RunID] = []
            for run in batch.members {
                let entry = entries[run.index]
                leave(run)
                entries[run.index].losses += 1
                if let interruption = entry.interruption {
                    actions.append(.end(run, interruption == .canceled ? .canceled : .timedOut))
                } else if !begun.contains(run), entry.losses + 1 < Self.lossLimit {
                    waiting.append(run)
                } else if batch.size == 1 || entry.batch?.hasShownOutput == true {
                    actions.append(.end(run, .workerDied))
                } else {
                    again.append(run)
                }
            }
            actions += runAgain(again)
        }
        for run in waiting {
            wait(run, at: now)
            actions.append(.waitAgain(run))
        }
        batches!.gathering.cameBack(waiting, at: now)
        return actions + fill(at: now)
    }

    private mutating func runAgain(_ runs: [RunID]) -> [Action] {
        for run in runs { entries[run.index].place = .waiting }
        batches!.runAgain(runs)
        return runs.map { .startOver($0) }
    }

    /// Somebody wants one prediction of a running batch to end. Its result is useless now, so nobody has to wait for
    /// it. The model itself is interrupted once this applies to the whole batch.
    mutating func canceledInBatch(_ run: RunID, isFirst: Bool, at now: Duration) -> [Action] {
        // Pass on a second cancel too, because the model may have caught the first.
        guard isFirst, let id = entries[run.index].batch?.id, let batch = batches![id] else {
            return [.interrupt(run, .canceled)]
        }
        let others = batch.members.contains { entries[$0.index].interruption == nil }
        setDeadline(run, others ? nil : now + limits.cancelGrace)
        return others ? [.interrupt(run, .canceled), .drop(run)] : [.interrupt(run, .canceled)]
    }

    /// The model has done its part for one prediction of a batch.
    mutating func leaveBatch(_ run: RunID, at now: Duration) -> [Action] {
        guard let batch = entries[run.index].batch else { return [] }
        leave(entries[run.index], batch)
        entries[run.index].place = .slot(nil)
        if let id = batch.id { oneOfBatchEnded(id, at: now) }
        return fill(at: now)
    }

    /// The rest of a batch continues. Once nobody waits for any of it, the model gets a grace to end, as after any
    /// other cancel.
    mutating func oneOfBatchEnded(_ id: Int, at now: Duration) {
        guard let rest = batches?[id]?.members, rest.allSatisfy({ entries[$0.index].interruption != nil }) else {
            return
        }
        for run in rest where entries[run.index].deadline == nil { setDeadline(run, now + limits.cancelGrace) }
    }

    // MARK: - Places

    /// Removes a prediction from its batch, or from those that wait for one.
    mutating func leave(_ entry: Entry, _ batch: BatchEntry) {
        entries[entry.run.index].batch?.id = nil
        switch entry.place {
        case .nowhere: break
        case .preparing: batches!.preparingCount -= 1
        case .waiting:
            batches!.gathering.left(entry.run)
            batches!.leftPart(entry.run)
        case .slot:
            if let id = batch.id, let worker = batches!.left(entry.run, id) { release(worker) }
        }
    }

    /// Gives free slots to the batches that are due.
    mutating func fillWithBatches(at now: Duration) -> [Action] {
        var actions: [Action] = []
        while let seat = bestSeat, let runs = batches!.next(at: now) {
            seats[seat].taken += 1
            let id = batches!.began(runs, on: seats[seat].worker)
            for run in runs {
                seated(run, seat, at: now)
                entries[run.index].batch?.id = id
            }
            actions.append(.startBatch(runs, on: seats[seat].worker))
        }
        batches!.nextDue = bestSeat == nil ? nil : batches!.gathering.deadline(at: now)
        return actions
    }
}
