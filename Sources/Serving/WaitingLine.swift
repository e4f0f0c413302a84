internal import Predictions

/// Predictions in the order in which they wait.
///
/// Taking the first is constant-time; a prediction that leaves earlier, as clients do, is searched for.
struct WaitingLine {
    private var runs: [RunID] = []
    private var start = 0

    var count: Int { runs.count - start }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ run: RunID) {
        runs.append(run)
    }

    mutating func insertFirst(_ others: [RunID]) {
        guard !others.isEmpty else { return }
        runs.replaceSubrange(..<start, with: others)
        start = 0
    }

    mutating func removeFirst() -> RunID? {
        guard start < runs.count else { return nil }
        defer {
            start += 1
            if start == runs.count {
                runs.removeAll(keepingCapacity: true)
                start = 0
            } else if start >= 64, start * 2 > runs.count {
                runs.removeFirst(start)
                start = 0
            }
        }
        return runs[start]
    }

    mutating func remove(_ run: RunID) {
        if let index = runs[start...].firstIndex(of: run) { runs.remove(at: index) }
    }
}
