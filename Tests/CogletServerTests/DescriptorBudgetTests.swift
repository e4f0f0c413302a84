import Testing

@testable import CogletServer

@Suite struct DescriptorBudgetTests {
    private func budget(
        _ count: Int, workers: Int = 1, wanted: Int = 10_000
    ) throws(DescriptorBudgetError) -> DescriptorBudget {
        let limit = DescriptorLimit(count: count, open: 3, forModel: 1024)
        return try DescriptorBudget(limit: limit, workers: workers, wantedConnections: wanted)
    }

    /// A limit is refused with the number that is enough, and that number is.
    @Test(arguments: [0, 3, 16, 63])
    func tooFewAreRefused(count: Int) throws {
        let error = #expect(throws: DescriptorBudgetError.self) { try budget(count) }
        let needed = try #require(error?.needed)
        #expect(error?.limit == count)
        #expect(needed > count)
        #expect(try budget(needed).connectionLimit > 0)
        #expect(throws: DescriptorBudgetError.self) { try budget(needed - 1) }
    }

    /// Every worker needs its own.
    @Test func workersCount() throws {
        #expect(try budget(64).connectionLimit > 0)
        #expect(throws: DescriptorBudgetError.self) { try budget(64, workers: 2) }
        #expect(throws: DescriptorBudgetError.self) { try budget(1024, workers: 1000) }
        #expect(try budget(1024, workers: 8).connectionLimit < budget(1024).connectionLimit)
    }

    /// Whatever the limit is, the parts fit into it, and none is empty.
    @Test(arguments: [1, 4])
    func partsFitIntoTheLimit(workers: Int) throws {
        for count in Array(64 + 6 * (workers - 1)...2000) + [4096, 10_000, 65_536, 1 << 20, Int(Int32.max)] {
            let budget = try budget(count, workers: workers)
            let parts =
                3 + DescriptorBudget.fixedDescriptors(workers: workers) + budget.connectionLimit
                + budget.refusalLimit + budget.transferLimit * DescriptorBudget.descriptorsPerTransfer
                + budget.fileLimit
            #expect(parts <= count, "limit \(count)")
            #expect(budget.connectionLimit >= 8 && budget.refusalLimit >= 1, "limit \(count)")
            #expect(budget.transferLimit >= 2 && budget.fileLimit >= 2, "limit \(count)")
        }
    }

    /// With enough descriptors clients get what was asked for, without a word.
    @Test func wantedConnectionsAreKept() throws {
        #expect(try budget(1 << 20).connectionLimit == 10_000)
        #expect(try budget(1 << 20).warning == nil)
        #expect(try budget(200, wanted: 20).connectionLimit == 20)
        #expect(try budget(200, wanted: 20).warning == nil)
        #expect(try budget(200, wanted: 5000).warning?.contains("COG_MAX_CONNECTIONS") == true)
    }
}
