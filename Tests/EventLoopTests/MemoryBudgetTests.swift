import EventLoop
import Testing

@Suite struct MemoryBudgetTests {
    /// A request gets all that it asks for or nothing, up to the last byte.
    @Test func requestsTakeWhatIsThere() {
        var budget = MemoryBudget(limitBytes: 100)
        #expect([60, 41, 40, 1, 0].map { budget.takeForRequest($0) } == [true, false, true, false, true])
        budget.giveBack(60, takenFor: .requests)
        #expect([61, 60].map { budget.takeForRequest($0) } == [false, true])
    }

    /// A client may announce any number.
    @Test func hugeRequestsDoNotOverflow() {
        var budget = MemoryBudget(limitBytes: .max)
        #expect([1, Int.max].map { budget.takeForRequest($0) } == [true, false])
        var small = MemoryBudget(limitBytes: 100)
        small.takeForWebhook(1_000)
        #expect([Int.max].map { small.takeForRequest($0) } == [false])
    }

    /// What webhooks hold exists already, so they always get it; requests don't get what is gone then.
    @Test func webhooksMayOverdraw() {
        var budget = MemoryBudget(limitBytes: 100)
        budget.takeForWebhook(150)
        #expect(budget.freeBytes == -50)
        #expect([1].map { budget.takeForRequest($0) } == [false])
        budget.giveBack(150, takenFor: .webhooks)
        #expect([100].map { budget.takeForRequest($0) } == [true])
    }

    /// Above half of the budget, webhooks have to give up what receivers have refused; above all of it, everything.
    @Test func webhooksHaveHalf() {
        var budget = MemoryBudget(limitBytes: 100)
        budget.takeForWebhook(50)
        #expect(budget.webhookRelief == .none)
        budget.takeForWebhook(1)
        #expect(budget.webhookRelief == .retries)
        budget.takeForWebhook(50)
        #expect(budget.webhookRelief == .everything)
        #expect(MemoryBudget.Relief.none < .updates && .updates < .retries && .retries < .everything)
        budget.giveBack(51, takenFor: .webhooks)
        #expect(budget.webhookRelief == .none)
    }

    /// If requests have most of the budget, webhooks give up updates, but no terminal webhook.
    @Test func updatesYieldToRequests() {
        var budget = MemoryBudget(limitBytes: 100)
        #expect([80].map { budget.takeForRequest($0) } == [true])
        budget.takeForWebhook(20)
        #expect(budget.webhookRelief == .none)
        budget.takeForWebhook(1)
        #expect(budget.webhookRelief == .updates)
    }

    @Test func nothingToGiveUp() {
        var budget = MemoryBudget(limitBytes: 0)
        #expect(budget.webhookRelief == .none)
        #expect([1].map { budget.takeForRequest($0) } == [false])
    }
}

/// Buffers that take their memory from an account.
@Suite struct AccountedBufferTests {
    private func append(_ count: Int, to buffer: Buffer, upTo limit: Int) -> Bool {
        [UInt8](repeating: 7, count: count).withUnsafeBytes { buffer.tryAppend($0, upTo: limit) }
    }

    /// Memory comes with the bytes: in large steps while there are few, never more than can come.
    @Test func growsWithWhatIsThere() {
        let account = MemoryAccount(limitBytes: 100 << 20)
        let buffer = Buffer(accountedIn: account)
        #expect(account.state.requestBytes == 0)
        #expect(append(1_000, to: buffer, upTo: 10 << 20))
        #expect(buffer.capacity == 65_536)
        #expect(append(64_600, to: buffer, upTo: 10 << 20))
        #expect(buffer.capacity == 2 << 20)
        #expect(account.state.requestBytes == 2 << 20)
        #expect(append(2_100_000, to: buffer, upTo: 10 << 20))
        #expect(buffer.capacity == 4 * 2_165_600)
        #expect(append(8_000_000, to: buffer, upTo: 10_500_000))
        #expect(buffer.capacity == 10_500_000)
        #expect(Array(buffer.bytes) == [UInt8](repeating: 7, count: 10_165_600))
    }

    @Test func smallBodiesTakeTheirSize() {
        let buffer = Buffer(accountedIn: MemoryAccount(limitBytes: 1_000))
        #expect(append(100, to: buffer, upTo: 100))
        #expect(buffer.capacity == 100)
    }

    /// When there is not enough to grow in large steps, what is needed is taken; then nothing more.
    @Test func takesTheLastByte() {
        let account = MemoryAccount(limitBytes: 150_000)
        let buffer = Buffer(accountedIn: account)
        #expect(append(100_000, to: buffer, upTo: 1 << 20))
        #expect(buffer.capacity == 100_000)
        #expect(append(50_000, to: buffer, upTo: 1 << 20))
        #expect(!append(1, to: buffer, upTo: 1 << 20))
        #expect(buffer.count == 150_000)
        #expect(account.state.freeBytes == 0)
    }

    /// The last reference returns all memory, including what was counted for memory elsewhere.
    @Test func givesBackAtTheEnd() {
        let account = MemoryAccount(limitBytes: 1 << 20)
        do {
            let buffer = Buffer(accountedIn: account)
            #expect(append(5_000, to: buffer, upTo: 5_000))
            #expect(buffer.tryTake(700_000))
            #expect(!buffer.tryTake(700_000))
            #expect(account.state.requestBytes == 705_000)
        }
        #expect(account.state.requestBytes == 0)
    }

    @Test func noAccountNoLimit() {
        let buffer = Buffer(accountedIn: nil)
        #expect(append(5_000, to: buffer, upTo: 5_000))
        #expect(buffer.tryTake(.max))
    }
}
