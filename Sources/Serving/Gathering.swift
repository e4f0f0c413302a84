internal import Predictions

/// Predictions that wait for their batch, and when that batch begins.
///
/// A value without a clock. A batch is due when it is full, when the first of it has waited long enough, or when nobody is
/// expected: the clients that were answered lately are expected to come again, unless they have done so or have left.
struct Gathering {
    /// One that waits.
    private struct Item {
        let run: RunID
        let since: Duration
        /// Its worker has died before the model had begun it: it has waited already.
        var isOverdue = false
    }

    /// How many one batch holds at most.
    let size: Int
    /// How long the first of a batch waits for others.
    let wait: Duration

    private var items: [Item] = []
    private var start = 0
    private var expected = ExpectedClients()

    init(size: Int, wait: Duration) {
        self.size = size
        self.wait = wait
    }

    /// How many wait.
    var count: Int { items.count - start }
    var isEmpty: Bool { count == 0 }

    // MARK: - Who comes and goes

    /// A prediction is here, and its files are. `client` is the connection that waits for its answer, if one does.
    mutating func arrived(_ run: RunID, from client: Int?, at now: Duration) {
        if let client { expected.cameAgain(client) }
        expected.forget(until: now - wait)
        items.append(Item(run: run, since: now))
    }

    /// These were to run, and the model has not begun them. They go before all others, in order.
    mutating func cameBack(_ runs: [RunID], at now: Duration) {
        items.replaceSubrange(..<start, with: runs.map { Item(run: $0, since: now, isOverdue: true) })
        start = 0
    }

    /// One of those that wait has left.
    mutating func left(_ run: RunID) {
        if let index = items[start...].firstIndex(where: { $0.run == run }) { items.remove(at: index) }
    }

    /// A client has got its answer: it may send its next request soon.
    mutating func answered(_ client: Int, at now: Duration) {
        expected.answered(client, at: now)
    }

    /// Whether this client was answered lately and has not come again.
    func expects(_ client: Int) -> Bool {
        expected.contains(client)
    }

    /// A client's connection is closed.
    mutating func clientGone(_ client: Int) {
        expected.cameAgain(client)
    }

    // MARK: - Batches

    /// Whether a batch is to begin now if it can.
    func isDue(at now: Duration) -> Bool {
        deadline(at: now).map { $0 <= now } ?? false
    }

    /// When the next batch is due, if nobody comes or goes; nil if nobody waits.
    func deadline(at now: Duration) -> Duration? {
        guard start < items.count else { return nil }
        let first = items[start]
        if first.isOverdue || count >= size { return first.since }
        guard let answered = expected.latestAnswer(after: now - wait) else { return first.since }
        return max(first.since, min(first.since, answered) + wait)
    }

    /// Takes out those that are to run in one batch, oldest first; none if nobody waits.
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

    /// Takes out all that wait.
    mutating func takeAll() -> [RunID] {
        defer {
            items = []
            start = 0
        }
        return items[start...].map(\.run)
    }
}

/// Clients that were answered lately and have not come again.
struct ExpectedClients {
    private var answers: [Int: Duration] = [:]
    /// All answers in order, also of clients that have come again meanwhile.
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

    /// Those that were answered until `moment` are not expected any more.
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
