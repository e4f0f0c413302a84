import Testing

@testable import WebhookDelivery

@Suite struct DeliveryOrderTests {
    let configuration: WebhookConfiguration = {
        var configuration = WebhookConfiguration(version: "1")
        configuration.throttleInterval = .milliseconds(500)
        return configuration
    }()

    private func order(_ events: Set<WebhookEvent> = Set(WebhookEvent.allCases)) -> DeliveryOrder {
        DeliveryOrder(events: events, configuration: configuration)
    }

    /// One at a time; what comes meanwhile is one update.
    @Test func updatesAreMerged() {
        var order = order()
        #expect(order.recorded(.start, at: .zero) == .send(.update))
        #expect(order.recorded(.output, at: .zero) == .nothing)
        #expect(order.recorded(.output, at: .zero) == .nothing)
        #expect(order.attemptEnded(.delivered) == .send(.update))
        #expect(order.attemptEnded(.delivered) == .nothing)
        #expect(order.recorded(.output, at: .zero) == .send(.update))
        #expect(order.recorded(.completed, at: .zero) == .nothing)
        #expect(order.attemptEnded(.delivered) == .send(.terminal))
        #expect(order.attemptEnded(.delivered) == .finish)
        #expect(order.recorded(.output, at: .zero) == .nothing)
        #expect(order.recorded(.completed, at: .zero) == .nothing)
    }

    /// An update that waits at the end is sent first, unless the receiver has just failed.
    @Test func waitingUpdateAtTheEnd() {
        for outcome in [DeliveryOrder.Outcome.delivered, .failed, .refused] {
            var order = order()
            _ = order.recorded(.start, at: .zero)
            _ = order.recorded(.output, at: .zero)
            _ = order.recorded(.completed, at: .zero)
            #expect(order.attemptEnded(outcome) == .send(outcome == .delivered ? .update : .terminal))
        }
    }

    /// Only what was asked for; without `completed` the end is silent.
    @Test func filter() {
        var none = order([])
        #expect(none.recorded(.start, at: .zero) == .nothing)
        #expect(none.recorded(.completed, at: .zero) == .finish)
        var outputs = order([.output])
        #expect(outputs.recorded(.start, at: .zero) == .nothing)
        #expect(outputs.recorded(.logs, at: .zero) == .nothing)
        #expect(outputs.recorded(.output, at: .zero) == .send(.update))
        #expect(outputs.recorded(.completed, at: .zero) == .nothing)
        #expect(outputs.attemptEnded(.delivered) == .finish)
        var completed = order([.completed])
        #expect(completed.recorded(.completed, at: .zero) == .send(.terminal))
    }

    /// Within the interval logs are dropped, output is not and restarts it; at its end they are sent again.
    @Test func throttle() {
        var order = order()
        #expect(order.recorded(.start, at: .zero) == .send(.update))
        _ = order.attemptEnded(.delivered)
        #expect(order.recorded(.logs, at: .milliseconds(499)) == .nothing)
        #expect(order.recorded(.logs, at: .milliseconds(500)) == .send(.update))
        _ = order.attemptEnded(.delivered)
        #expect(order.recorded(.output, at: .milliseconds(600)) == .send(.update))
        _ = order.attemptEnded(.delivered)
        #expect(order.recorded(.logs, at: .milliseconds(1_099)) == .nothing)
        #expect(order.recorded(.logs, at: .milliseconds(1_100)) == .send(.update))
    }

    /// A failed update is not tried again.
    @Test func updatesAreTriedOnce() {
        var order = order()
        _ = order.recorded(.start, at: .zero)
        #expect(order.attemptEnded(.failed) == .nothing)
    }

    /// 13 attempts with doubling waits, 0.2 s to 409.6 s, then the end.
    @Test func terminalRetries() {
        var order = order()
        var waits: [Duration] = []
        #expect(order.recorded(.completed, at: .zero) == .send(.terminal))
        while case .wait(let duration) = order.attemptEnded(.failed) {
            waits.append(duration)
            #expect(order.waited() == .send(.terminal))
            #expect(order.waited() == .nothing)
        }
        #expect(order.attempts == 13)
        #expect(waits == (0..<12).map { .milliseconds(200) * (1 << $0) })
    }

    /// Some answers will be the same next time.
    @Test func refusalIsFinal() {
        var order = order()
        _ = order.recorded(.completed, at: .zero)
        #expect(order.attemptEnded(.refused) == .giveUp)
        #expect(order.attemptEnded(.delivered) == .nothing)
    }
}
