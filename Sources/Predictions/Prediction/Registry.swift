/// The predictions that clients can ask for by id: all that run, and those that have ended lately.
///
/// What has ended is forgotten by age, by number and by size, whichever comes first.
public struct Registry {
    /// How long a prediction that has ended is remembered.
    public static let timeToLive = Duration.seconds(3600)
    /// How many are remembered at most.
    public static let finishedLimit = 1000
    /// How many bytes of bodies are remembered at most.
    public static let finishedLimitBytes = 32 << 20
    /// A body larger than this is not remembered at all.
    public static let bodyLimitBytes = 1 << 20

    /// A prediction that has ended: the body to answer with.
    private struct Finished {
        let id: String
        let body: [UInt8]
        let endedAt: Duration
        let number: Int
    }

    private var running: [String: Prediction] = [:]
    private var finished: [String: Finished] = [:]
    private var order: [(id: String, number: Int)] = []
    private var orderStart = 0
    private var finishedBytes = 0
    private var nextNumber = 0

    /// A registry that knows of no prediction.
    public init() {}

    /// How many predictions run.
    public var runningCount: Int { running.count }

    /// All predictions that run.
    public var allRunning: [Prediction] { Array(running.values) }

    /// The running prediction with this id.
    public func running(_ id: String) -> Prediction? { running[id] }

    /// A prediction begins; its id must not be running.
    public mutating func began(_ prediction: Prediction) {
        precondition(running.updateValue(prediction, forKey: prediction.id) == nil)
        if let old = finished.removeValue(forKey: prediction.id) { finishedBytes -= old.body.count }
    }

    /// A prediction has ended with this body.
    public mutating func ended(_ prediction: Prediction, body: SegmentedText, at now: Duration) {
        running.removeValue(forKey: prediction.id)
        guard body.count <= Self.bodyLimitBytes else { return }
        let body = body.joined
        nextNumber += 1
        finished[prediction.id] = Finished(id: prediction.id, body: body, endedAt: now, number: nextNumber)
        finishedBytes += body.count
        order.append((prediction.id, nextNumber))
        while finished.count > Self.finishedLimit || finishedBytes > Self.finishedLimitBytes { forgetOldest() }
        forgetExpired(now)
        // An id that is used again leaves its old entry behind.
        if order.count > 2 * Self.finishedLimit {
            order = order[orderStart...].filter { finished[$0.id]?.number == $0.number }
            orderStart = 0
        }
    }

    /// The body of a prediction that has ended lately.
    public mutating func finishedBody(_ id: String, at now: Duration) -> [UInt8]? {
        forgetExpired(now)
        return finished[id]?.body
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
        if let entry = finished[oldest.id], entry.number == oldest.number {
            finishedBytes -= entry.body.count
            finished.removeValue(forKey: oldest.id)
        }
    }
}

@available(*, unavailable)
extension Registry: Sendable {}
