/// One server that webhooks go to: bounds how many requests it has to answer at once.
///
/// So a receiver that is slow or dead uses up neither the descriptors nor the connections of the others.
final class Receiver {
    private let limit: Int
    private var inFlight = 0
    private var waiting: [(id: ObjectIdentifier, start: () -> Void)] = []

    init(limit: Int) {
        self.limit = limit
    }

    var isIdle: Bool { inFlight == 0 && waiting.isEmpty }

    /// Calls `start` now, or when it is this session's turn. Each call that has started is followed by ``requestEnded()``.
    func request(for id: ObjectIdentifier, start: @escaping () -> Void) {
        guard inFlight < limit else { return waiting.append((id, start)) }
        inFlight += 1
        start()
    }

    /// Makes room for the next one that waits.
    func requestEnded() {
        inFlight -= 1
        guard inFlight < limit, !waiting.isEmpty else { return }
        inFlight += 1
        waiting.removeFirst().start()
    }

    /// Takes a session that waits for its turn out of the line.
    func forget(_ id: ObjectIdentifier) {
        waiting.removeAll { $0.id == id }
    }
}
