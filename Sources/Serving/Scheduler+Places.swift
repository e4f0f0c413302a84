internal import Predictions
internal import Workers

/// The state that a ``Scheduler`` keeps.
extension Scheduler {
    /// A worker that accepts predictions.
    struct Seat {
        let worker: WorkerID
        let slots: Int
        var taken = 0
        /// When one of its slots was last freed, as a counter.
        var idleSince = 0
        var service = Service.open

        var free: Int { service == .open ? slots - taken : 0 }
    }

    /// Whether a worker gets predictions.
    enum Service {
        case open
        /// It gets nothing more and is recycled once it is idle.
        case retiring
        /// It gets nothing more: its end is certain and near.
        case ending
    }

    enum Place: Equatable {
        case nowhere, waiting
        /// It was accepted for a batch, but its files aren't here yet.
        case preparing
        /// A slot of this worker; nil once the worker is gone and isn't needed any more.
        case slot(WorkerID?)
    }

    /// The state of a prediction.
    struct Entry {
        var run: RunID
        var place = Place.nowhere
        /// Counts arrivals: the order in which predictions that lost their worker wait again.
        var order = 0
        /// The end of its wait, of its time, or of the model's grace.
        var deadline: Duration?
        var interruption: Interruption?
        /// How many workers have died while they had it.
        var losses = 0
        /// The model has done its part; the slot is kept for the remaining work.
        var isFinishing = false
        /// Additional state for a batched model.
        var batch: BatchEntry?
    }

    func isKnown(_ run: RunID) -> Bool {
        entries.indices.contains(run.index) && entries[run.index].run == run && entries[run.index].place != .nowhere
    }

    mutating func enter(_ run: RunID) {
        while entries.count <= run.index { entries.append(Entry(run: RunID(index: entries.count, generation: -1))) }
        precondition(entries[run.index].place == .nowhere, "a prediction arrives once")
        arrivals += 1
        entries[run.index] = Entry(run: run, order: arrivals)
    }

    mutating func wait(_ run: RunID, at now: Duration) {
        entries[run.index].place = .waiting
        setDeadline(run, limits.queueTimeout.map { now + $0 })
    }

    /// The seat of the ready worker with the most free slots; among equals, the one that has been idle longest.
    var bestSeat: Int? {
        var best: Int?
        for index in seats.indices where seats[index].free > 0 {
            guard let current = best else {
                best = index
                continue
            }
            let (left, right) = (seats[index], seats[current])
            if left.free > right.free || left.free == right.free && left.idleSince < right.idleSince { best = index }
        }
        return best
    }

    mutating func take(_ seat: Int, _ run: RunID, at now: Duration) {
        seats[seat].taken += 1
        seated(run, seat, at: now)
    }

    mutating func seated(_ run: RunID, _ seat: Int, at now: Duration) {
        entries[run.index].place = .slot(seats[seat].worker)
        setDeadline(run, limits.predictionTimeout.map { now + $0 })
    }

    /// Removes a prediction from its slot or from the queue.
    mutating func leave(_ run: RunID) {
        let entry = entries[run.index]
        entries[run.index].place = .nowhere
        entries[run.index].deadline = nil
        if let batch = entry.batch {
            leave(entry, batch)
            return
        }
        switch entry.place {
        case .nowhere, .preparing: break
        case .waiting: queue.remove(run)
        case .slot(let worker): release(worker)
        }
    }

    /// Frees a slot of a worker, if the worker still has a seat.
    mutating func release(_ worker: WorkerID?) {
        guard let index = seats.firstIndex(where: { $0.worker == worker }) else { return }
        releases += 1
        seats[index].taken -= 1
        seats[index].idleSince = releases
    }

    /// Gives free slots to the predictions that have waited longest, and retires workers that have drained.
    mutating func fill(at now: Duration) -> [Action] {
        var actions = retireDrained()
        if batches != nil { return actions + fillWithBatches(at: now) }
        while !queue.isEmpty, let seat = bestSeat, let run = queue.removeFirst() {
            take(seat, run, at: now)
            actions.append(.start(run, on: seats[seat].worker))
        }
        return actions
    }

    /// A worker that is told to end is no longer a seat, so it is told only once.
    mutating func retireDrained() -> [Action] {
        var actions: [Action] = []
        while let index = seats.firstIndex(where: { $0.service == .retiring && $0.taken == 0 }) {
            actions.append(.retire(seats.remove(at: index).worker))
        }
        return actions
    }
}
