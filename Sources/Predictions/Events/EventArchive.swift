internal import JSON

/// The events of recently ended predictions, for readers that come back.
///
/// The oldest are discarded once a size limit is reached; the ``Registry`` decides when they are too old.
struct EventArchive {
    /// The maximum size of all stored events.
    private let limitBytes: Int
    private var histories: [ExactString: (history: EventHistory, number: Int)] = [:]
    private var order: [(id: ExactString, number: Int)] = []
    private var orderStart = 0
    private var bytes = 0
    private var nextNumber = 0

    /// Makes an archive that stores at most this many bytes. The default is small, because most readers come back while
    /// the prediction is running.
    init(limitBytes: Int = 1 << 20) {
        self.limitBytes = limitBytes
    }

    /// The events of a prediction; nil if they are no longer stored.
    subscript(id: ExactString) -> EventHistory? { histories[id]?.history }

    /// A prediction has ended; its events aren't stored yet.
    mutating func ended(_ id: ExactString, _ history: EventHistory) {
        let size = history.storedBytes
        guard size <= limitBytes else { return }
        nextNumber += 1
        histories[id] = (history, nextNumber)
        order.append((id, nextNumber))
        bytes += size
        while bytes > limitBytes { forgetOldest() }
        // Ids that were removed in other ways are still in the order.
        if order.count > 2 * histories.count + 16 {
            order = order[orderStart...].filter { histories[$0.id]?.number == $0.number }
            orderStart = 0
        }
    }

    /// Discards the events of a prediction.
    mutating func forget(_ id: ExactString) {
        // Most models have no events, and this is called twice for every prediction.
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
