internal import Predictions

/// What belongs to predictions that are carried out, by their ids.
struct RunTable<Value> {
    private struct Place {
        var generation = 0
        var value: Value?
    }

    private var places: [Place] = []
    private var unused: [Int] = []

    /// An empty table.
    init() {}

    /// How many values are in the table.
    var count: Int { places.count - unused.count }

    /// Whether nothing is in the table.
    var isEmpty: Bool { count == 0 }

    /// Puts in the value that `make` returns for a new id.
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

    /// The value with this id; nil once it was removed.
    subscript(id: RunID) -> Value? {
        guard places.indices.contains(id.index), places[id.index].generation == id.generation else { return nil }
        return places[id.index].value
    }

    /// Takes the value with this id out; nil if it was removed before.
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
