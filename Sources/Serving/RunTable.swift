internal import Predictions

/// Values for running predictions, by their ids.
struct RunTable<Value> {
    private struct Place {
        var generation = 0
        var value: Value?
    }

    private var places: [Place] = []
    private var unused: [Int] = []

    /// Makes an empty table.
    init() {}

    /// The number of values in the table.
    var count: Int { places.count - unused.count }

    /// Whether the table is empty.
    var isEmpty: Bool { count == 0 }

    /// Inserts the value that `make` returns for a new id.
    mutating func insert(_ make: (RunID) -> Value) -> Value {
        let index: Int
        if let last = unused.popLast() {
            index = last
        } else {
            index = places.count
            places.append(Place())
        }
        let value = make(RunID(index: index, generation: places[index].generation))
        places[index].value = value
        return value
    }

    /// The value with this id; nil once it has been removed.
    subscript(id: RunID) -> Value? {
        guard places.indices.contains(id.index), places[id.index].generation == id.generation else { return nil }
        return places[id.index].value
    }

    /// Removes and returns the value with this id; nil if it was already removed.
    @discardableResult
    mutating func remove(_ id: RunID) -> Value? {
        guard let value = self[id] else { return nil }
        places[id.index].value = nil
        places[id.index].generation += 1
        unused.append(id.index)
        return value
    }

    /// All values, in no particular order.
    var values: [Value] { places.compactMap(\.value) }
}

@available(*, unavailable)
extension RunTable: Sendable {}
