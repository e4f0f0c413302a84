internal import JSON

/// The predictions that clients can look up by id: all running ones, and recently ended ones.
///
/// Ended predictions are discarded by age, number, and size, whichever limit is reached first.
public struct Registry {
    /// How long an ended prediction is remembered.
    public static let timeToLive = Duration.seconds(3600)
    /// The maximum number of remembered predictions.
    public static let finishedLimit = 1000
    /// The maximum size of all remembered bodies.
    public static let finishedLimitBytes = 32 << 20
    /// A larger body isn't remembered, only the fact that the prediction has ended.
    public static let bodyLimitBytes = 1 << 20

    /// An ended prediction with the body to respond with; nil if it was too large.
    private struct Finished {
        let body: [UInt8]?
        /// The id of the last event; nil if there were none.
        let lastEventID: Int?
        let number: Int
    }

    /// What is known about an id. It is one table, because looking up an id costs more than everything else here.
    private enum Entry {
        case running(RunID)
        case finished(Finished)
    }

    private var entries: [ExactString: Entry] = [:]
    private var events = EventArchive()
    /// The ended predictions, oldest first. If an id is used again, its old place stays.
    private var order: [(id: ExactString, number: Int, endedAt: Duration)] = []
    private var orderStart = 0
    private var finishedCount = 0
    private var finishedBytes = 0
    private var nextNumber = 0

    /// Makes a registry without predictions.
    public init() {}

    /// The number of running predictions.
    public var runningCount: Int { entries.count - finishedCount }

    /// The running prediction with this id.
    public func running(_ id: String) -> RunID? {
        guard case .running(let run) = entries[ExactString(id)] else { return nil }
        return run
    }

    /// A prediction begins; its id must not be running.
    public mutating func began(_ id: String, as run: RunID) {
        let id = ExactString(id)
        switch entries.updateValue(.running(run), forKey: id) {
        case .running: preconditionFailure("an id is used twice at a time")
        case .finished(let finished): forgot(finished, id)
        case nil: break
        }
    }

    /// A prediction has ended with this body and, if it can be followed, these events.
    public mutating func ended(
        _ id: String, body: SegmentedText, events history: EventHistory? = nil, at now: Duration
    ) {
        let id = ExactString(id)
        let body = body.count <= Self.bodyLimitBytes ? body.joined : nil
        nextNumber += 1
        let entry = Finished(body: body, lastEventID: history?.lastID, number: nextNumber)
        let old = entries.updateValue(.finished(entry), forKey: id)
        if case .finished(let finished) = old { forgot(finished, id) }
        finishedCount += 1
        finishedBytes += body?.count ?? 0
        if let history { events.ended(id, history) }
        order.append((id, nextNumber, now))
        while finishedCount > Self.finishedLimit || finishedBytes > Self.finishedLimitBytes { forgetOldest() }
        forgetExpired(now)
        tidyOrder()
    }

    /// The body of a recently ended prediction.
    public mutating func finishedBody(_ id: String, at now: Duration) -> [UInt8]? {
        finished(ExactString(id), at: now)?.body
    }

    /// What to send a reader of a recently ended prediction's events who has seen the event `lastEventID`, or none. Nil
    /// if the prediction isn't remembered.
    public mutating func replay(_ id: String, after lastEventID: Int?, at now: Duration) -> EventHistory.Replay? {
        let id = ExactString(id)
        guard let last = finished(id, at: now)?.lastEventID else { return nil }
        return events[id]?.replay(after: lastEventID) ?? EventHistory.evicted(lastID: last, after: lastEventID)
    }

    /// Whether a prediction with this id ended recently, even if its body was too large to be remembered.
    public mutating func remembers(_ id: String, at now: Duration) -> Bool {
        finished(ExactString(id), at: now) != nil
    }

    private mutating func finished(_ id: ExactString, at now: Duration) -> Finished? {
        forgetExpired(now)
        guard case .finished(let finished) = entries[id] else { return nil }
        return finished
    }

    // MARK: - Forgetting

    private mutating func forgetExpired(_ now: Duration) {
        while orderStart < order.count, now - order[orderStart].endedAt >= Self.timeToLive { forgetOldest() }
    }

    private mutating func forgetOldest() {
        let oldest = order[orderStart]
        orderStart += 1
        guard let place = entries.index(forKey: oldest.id), case .finished(let finished) = entries[place].value,
            finished.number == oldest.number
        else { return }
        entries.remove(at: place)
        forgot(finished, oldest.id)
    }

    /// Accounts for an ended prediction that was just removed from the table.
    private mutating func forgot(_ finished: Finished, _ id: ExactString) {
        finishedCount -= 1
        finishedBytes -= finished.body?.count ?? 0
        if finished.lastEventID != nil { events.forget(id) }
    }

    /// Removes the places of forgotten predictions before they pile up.
    private mutating func tidyOrder() {
        guard order.count > 2 * Self.finishedLimit else { return }
        order.removeFirst(orderStart)
        orderStart = 0
        guard order.count > 2 * Self.finishedLimit else { return }
        order = order.filter { place in
            guard case .finished(let finished) = entries[place.id] else { return false }
            return finished.number == place.number
        }
    }
}

@available(*, unavailable)
extension Registry: Sendable {}
