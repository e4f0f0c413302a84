import Predictions
import Testing

@testable import Serving

/// The table of predictions that are carried out.
@Suite struct RunTables {
    @Test func idsAreSmallAndUsedAgain() {
        var table = RunTable<RunID>()
        let first = table.insert { $0 }
        let second = table.insert { $0 }
        #expect((first.index, second.index) == (0, 1))
        table.remove(first)
        let third = table.insert { $0 }
        #expect(third.index == 0)
        #expect(third != first)
    }

    @Test func oldIdFindsNothing() {
        var table = RunTable<String>()
        var ids: [RunID] = []
        _ = table.insert { id in
            ids.append(id)
            return "first"
        }
        #expect(table.remove(ids[0]) == "first")
        #expect(table.remove(ids[0]) == nil)
        _ = table.insert { _ in "second" }
        #expect(table[ids[0]] == nil)
        #expect(table.values == ["second"])
    }

    @Test func unknownIdFindsNothing() {
        let table = RunTable<Int>()
        #expect(table[RunID(index: 0)] == nil)
        #expect(table[RunID(index: -1)] == nil)
    }

    @Test func count() {
        var table = RunTable<RunID>()
        #expect(table.isEmpty)
        let ids = (0..<5).map { _ in table.insert { $0 } }
        #expect(table.count == 5)
        for id in ids { table.remove(id) }
        #expect(table.isEmpty)
    }
}
