internal import JSON

/// The events of predictions that have ended lately, for readers that come back.
///
/// They are forgotten by size, the oldest first; the ``Registry`` says when they are too old.
struct EventArchive {
    /// How many bytes of events are remembered at most.
    private let limitBytes: Int
    private var histories: [ExactString: (history: EventHistory, number: Int)] = [:]
    private var order: [(id: ExactString, number: Int)] = []
    private var orderStart = 0
    private var bytes = 0
    private var nextNumber = 0

    /// Remembers so many bytes at most; by default few, because most readers come back while the prediction runs.
    init(limitBytes: Int = 1 << 20) {
        self.limitBytes = limitBytes
    }

    /// The events of a prediction; nil if they are forgotten.
    subscript(id: ExactString) -> EventHistory? { histories[id]?.history }

    /// A prediction has ended that has no events here.
    mutating func ended(_ id: ExactString, _ history: EventHistory) {
        let size = history.storedBytes
        guard size <= limitBytes else { return }
        nextNumber += 1
        histories[id] = (history, nextNumber)
        order.append((id, nextNumber))
        bytes += size
        while bytes > limitBytes { forgetOldest() }
        // Ids that were forgotten in another way leave their places behind.
        if order.count > 2 * histories.count + 16 {
            order = order[orderStart...].filter { histories[$0.id]?.number == $0.number }
            orderStart = 0
        }
    }

    /// Forgets the events of a prediction.
    mutating func forget(_ id: ExactString) {
        // Most models have no events, and every prediction asks twice.
        if !histories.isEmpty, let entry = histories.removeValue(forKey: id) { bytes -= entry.history.storedBytes }
    }

    private mutating func forgetOldest() {
        let oldest = order[orderStart]
        orderStart += 1
        if histories[oldest.id]?.number == oldest.number { forget(oldest.id) }
    }
}

@available(*, unavailable)
extension EventArchive: Sendable {}
