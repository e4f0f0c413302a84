internal import Predictions

/// Predictions that wait for their batch. Decides when that batch begins.
///
/// A value without a clock. A batch is due when it is full, when its first prediction has waited long enough, or when
/// no other client is expected. Expected are the clients that were answered recently, unless they have already returned
/// or disconnected.
struct Gathering {
    /// A waiting prediction.
    private struct Item {
        let run: RunID
        let since: Duration
        /// Its worker died before the model had begun it, so it has already waited.
        var isOverdue = false
    }

    /// The maximum number of predictions per batch.
    let size: Int
    /// How long the first prediction of a batch waits for others.
    let wait: Duration

    /// Several predictions of one request are arriving one by one: only a full batch begins before the last one is here.
    var awaitsMore = false

    private var items: [Item] = []
    private var start = 0
    private var expected = ExpectedClients()

    init(size: Int, wait: Duration) {
        self.size = size
        self.wait = wait
    }

    /// The number of waiting predictions.
    var count: Int { items.count - start }
    var isEmpty: Bool { count == 0 }

    // MARK: - Who comes and goes

    /// A prediction has arrived, with its files. `client` is the connection that waits for its response, if any.
    mutating func arrived(_ run: RunID, from client: Int?, at now: Duration) {
        if let client { expected.cameAgain(client) }
        expected.forget(until: now - wait)
        items.append(Item(run: run, since: now))
    }

    /// These predictions were to run, but the model hasn't begun them. They precede all others, in order.
    mutating func cameBack(_ runs: [RunID], at now: Duration) {
        items.replaceSubrange(..<start, with: runs.map { Item(run: $0, since: now, isOverdue: true) })
        start = 0
    }

    /// A waiting prediction has left.
    mutating func left(_ run: RunID) {
        if let index = items[start...].firstIndex(where: { $0.run == run }) { items.remove(at: index) }
    }

    /// A client has received its response, so it may send its next request soon.
    mutating func answered(_ client: Int, at now: Duration) {
        expected.answered(client, at: now)
    }

    /// Whether this client was answered recently and hasn't returned.
    func expects(_ client: Int) -> Bool {
        expected.contains(client)
    }

    /// A client's connection was closed.
    mutating func clientGone(_ client: Int) {
        expected.cameAgain(client)
    }

    // MARK: - Batches

    /// Whether a batch should begin now if possible.
    func isDue(at now: Duration) -> Bool {
        guard !awaitsMore || count >= size else { return false }
        return deadline(at: now).map { $0 <= now } ?? false
    }

    /// When the next batch is due if nobody comes or goes; nil if no prediction waits.
    func deadline(at now: Duration) -> Duration? {
        guard start < items.count else { return nil }
        let first = items[start]
        if first.isOverdue || count >= size { return first.since }
        guard let answered = expected.latestAnswer(after: now - wait) else { return first.since }
        return max(first.since, min(first.since, answered) + wait)
    }

    /// Removes the predictions that run in the next batch, oldest first; empty if none wait.
    mutating func takeBatch() -> [RunID] {
        let end = min(items.count, start + size)
        defer {
            start = end
            if start == items.count {
                items.removeAll(keepingCapacity: true)
                start = 0
            } else if start >= 64, start * 2 > items.count {
                items.removeFirst(start)
                start = 0
            }
        }
        return items[start..<end].map(\.run)
    }
}

/// Clients that were answered recently and haven't returned.
struct ExpectedClients {
    private var answers: [Int: Duration] = [:]
    /// All responses in order, including those of clients that have returned since.
    private var order: [(client: Int, at: Duration)] = []
    private var start = 0

    mutating func answered(_ client: Int, at now: Duration) {
        answers[client] = now
        order.append((client, now))
    }

    func contains(_ client: Int) -> Bool {
        answers[client] != nil
    }

    mutating func cameAgain(_ client: Int) {
        answers[client] = nil
    }

    /// When the last of them was answered, if that was after `moment`.
    func latestAnswer(after moment: Duration) -> Duration? {
        for (client, at) in order[start...].reversed() {
            guard at > moment else { return nil }
            if answers[client] == at { return at }
        }
        return nil
    }

    /// Clients that were answered until `moment` are no longer expected.
    mutating func forget(until moment: Duration) {
        while start < order.count, order[start].at <= moment {
            let (client, at) = order[start]
            if answers[client] == at { answers[client] = nil }
            start += 1
        }
        if start == order.count {
            order.removeAll(keepingCapacity: true)
            start = 0
        } else if start >= 64, start * 2 > order.count {
            order.removeFirst(start)
            start = 0
        }
    }
}
