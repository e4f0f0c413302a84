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
        let id: ExactString
        let body: [UInt8]?
        /// The id of the last event; nil if there were none.
        let lastEventID: Int?
        let endedAt: Duration
        let number: Int
    }

    private var running: [ExactString: RunID] = [:]
    private var finished: [ExactString: Finished] = [:]
    private var events = EventArchive()
    private var order: [(id: ExactString, number: Int)] = []
    private var orderStart = 0
    private var finishedBytes = 0
    private var nextNumber = 0

    /// Makes a registry without predictions.
    public init() {}

    /// The number of running predictions.
    public var runningCount: Int { running.count }

    /// The running prediction with this id.
    public func running(_ id: String) -> RunID? { running[ExactString(id)] }

    /// A prediction begins; its id must not be running.
    public mutating func began(_ id: String, as run: RunID) {
        let id = ExactString(id)
        precondition(running.updateValue(run, forKey: id) == nil)
        forget(id)
    }

    /// A prediction has ended with this body and, if it can be followed, these events.
    public mutating func ended(
        _ id: String, body: SegmentedText, events history: EventHistory? = nil, at now: Duration
    ) {
        let id = ExactString(id)
        running.removeValue(forKey: id)
        let body = body.count <= Self.bodyLimitBytes ? body.joined : nil
        nextNumber += 1
        finished[id] = Finished(
            id: id, body: body, lastEventID: history?.lastID, endedAt: now, number: nextNumber)
        if let history { events.ended(id, history) }
        finishedBytes += body?.count ?? 0
        order.append((id, nextNumber))
        while finished.count > Self.finishedLimit || finishedBytes > Self.finishedLimitBytes { forgetOldest() }
        forgetExpired(now)
        // If an id is used again, its old entry stays in the order.
        if order.count > 2 * Self.finishedLimit {
            order = order[orderStart...].filter { finished[$0.id]?.number == $0.number }
            orderStart = 0
        }
    }

    /// The body of a recently ended prediction.
    public mutating func finishedBody(_ id: String, at now: Duration) -> [UInt8]? {
        forgetExpired(now)
        return finished[ExactString(id)]?.body
    }

    /// What to send a reader of a recently ended prediction's events who has seen the event `lastEventID`, or none. Nil
    /// if the prediction isn't remembered.
    public mutating func replay(_ id: String, after lastEventID: Int?, at now: Duration) -> EventHistory.Replay? {
        forgetExpired(now)
        let id = ExactString(id)
        guard let last = finished[id]?.lastEventID else { return nil }
        return events[id]?.replay(after: lastEventID) ?? EventHistory.evicted(lastID: last, after: lastEventID)
    }

    /// Whether a prediction with this id ended recently, even if its body was too large to be remembered.
    public mutating func remembers(_ id: String, at now: Duration) -> Bool {
        forgetExpired(now)
        return finished[ExactString(id)] != nil
    }

    private mutating func forgetExpired(_ now: Duration) {
        while orderStart < order.count {
            let oldest = order[orderStart]
            if let entry = finished[oldest.id], entry.number == oldest.number, now - entry.endedAt < Self.timeToLive {
                return
            }
            forgetOldest()
        }
    }

    private mutating func forgetOldest() {
        guard orderStart < order.count else { return }
        let oldest = order[orderStart]
        orderStart += 1
        if finished[oldest.id]?.number == oldest.number { forget(oldest.id) }
    }

    private mutating func forget(_ id: ExactString) {
        if let entry = finished.removeValue(forKey: id) { finishedBytes -= entry.body?.count ?? 0 }
        events.forget(id)
    }
}

@available(*, unavailable)
extension Registry: Sendable {}
