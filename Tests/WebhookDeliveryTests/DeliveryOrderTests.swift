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

    /// One at a time; events in the meantime become one update.
    @Test func updatesAreMerged() {
        var order = order()
        #expect(order.recorded(.start, at: .zero) == .send(.update))
        #expect(order.recorded(.output, at: .zero) == .nothing)
        #expect(order.recorded(.output, at: .zero) == .nothing)
        #expect(order.attemptEnded(.delivered, at: .zero) == .send(.update))
        #expect(order.attemptEnded(.delivered, at: .zero) == .nothing)
        #expect(order.recorded(.output, at: .seconds(1)) == .send(.update))
        #expect(order.recorded(.completed, at: .seconds(1)) == .nothing)
        #expect(order.attemptEnded(.delivered, at: .zero) == .send(.terminal))
        #expect(order.attemptEnded(.delivered, at: .zero) == .finish)
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
            #expect(order.attemptEnded(outcome, at: .zero) == .send(outcome == .delivered ? .update : .terminal))
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
        #expect(outputs.attemptEnded(.delivered, at: .zero) == .finish)
        var completed = order([.completed])
        #expect(completed.recorded(.completed, at: .zero) == .send(.terminal))
    }

    /// The first update about each event is sent immediately; further ones are delayed and merged.
    @Test func throttle() {
        var order = order()
        #expect(order.recorded(.start, at: .zero) == .send(.update))
        _ = order.attemptEnded(.delivered, at: .zero)
        #expect(order.recorded(.logs, at: .milliseconds(100)) == .send(.update))
        _ = order.attemptEnded(.delivered, at: .milliseconds(110))
        #expect(order.recorded(.logs, at: .milliseconds(200)) == .wait(.milliseconds(400)))
        #expect(order.recorded(.logs, at: .milliseconds(300)) == .nothing)
        #expect(order.recorded(.output, at: .milliseconds(400)) == .send(.update))
        _ = order.attemptEnded(.delivered, at: .milliseconds(410))
        #expect(order.recorded(.output, at: .milliseconds(899)) == .wait(.milliseconds(1)))
        #expect(order.recorded(.logs, at: .milliseconds(900)) == .nothing)
        #expect(order.waited(until: .milliseconds(900)) == .send(.update))
        _ = order.attemptEnded(.delivered, at: .milliseconds(910))
        #expect(order.recorded(.output, at: .milliseconds(1_400)) == .send(.update))
    }

    /// An event while an update is being sent waits for the rest of the interval, if any.
    @Test(arguments: [
        (500, DeliveryOrder.Action.wait(.milliseconds(100))), (600, .send(.update)), (700, .send(.update)),
    ])
    func throttleBehindSlowReceiver(_ row: (answered: Int, action: DeliveryOrder.Action)) {
        var order = order([.output])
        #expect(order.recorded(.output, at: .milliseconds(100)) == .send(.update))
        #expect(order.recorded(.output, at: .milliseconds(200)) == .nothing)
        #expect(order.attemptEnded(.delivered, at: .milliseconds(row.answered)) == row.action)
    }

    /// At the end, nothing waits: the terminal webhook contains what was throttled; without one, a last update does.
    @Test func throttledUpdateAtTheEnd() {
        for events in [[WebhookEvent.output], [.output, .completed]] as [Set<WebhookEvent>] {
            let last = DeliveryOrder.Action.send(events.contains(.completed) ? .terminal : .update)
            var pausing = order(events)
            _ = pausing.recorded(.output, at: .zero)
            _ = pausing.attemptEnded(.delivered, at: .zero)
            #expect(pausing.recorded(.output, at: .zero) == .wait(.milliseconds(500)))
            #expect(pausing.recorded(.completed, at: .milliseconds(1)) == last)
            #expect(pausing.attemptEnded(.delivered, at: .milliseconds(2)) == .finish)

            var sending = order(events)
            _ = sending.recorded(.output, at: .zero)
            _ = sending.recorded(.output, at: .zero)
            _ = sending.recorded(.completed, at: .zero)
            #expect(sending.attemptEnded(.failed, at: .milliseconds(1)) == last)
            #expect(sending.attemptEnded(.delivered, at: .milliseconds(2)) == .finish)
        }
    }

    /// A failed update is not tried again.
    @Test func updatesAreTriedOnce() {
        var order = order()
        _ = order.recorded(.start, at: .zero)
        #expect(order.attemptEnded(.failed, at: .zero) == .nothing)
    }

    /// 13 attempts with doubling waits, 0.2 s to 409.6 s, then the end.
    @Test func terminalRetries() {
        var order = order()
        var waits: [Duration] = []
        #expect(order.recorded(.completed, at: .zero) == .send(.terminal))
        while case .wait(let duration) = order.attemptEnded(.failed, at: .zero) {
            waits.append(duration)
            #expect(order.waited(until: .zero) == .send(.terminal))
            #expect(order.waited(until: .zero) == .nothing)
        }
        #expect(order.attempts == 13)
        #expect(waits == (0..<12).map { .milliseconds(200) * (1 << $0) })
    }

    /// A receiver can make the wait longer, but not shorter, and only up to a limit.
    @Test func retryAfter() {
        var order = order()
        _ = order.recorded(.completed, at: .zero)
        #expect(order.attemptEnded(.failed, retryAfter: .seconds(7), at: .zero) == .wait(.seconds(7)))
        _ = order.waited(until: .zero)
        #expect(order.attemptEnded(.failed, retryAfter: .zero, at: .zero) == .wait(.milliseconds(400)))
        _ = order.waited(until: .zero)
        #expect(order.attemptEnded(.failed, retryAfter: .seconds(86_400), at: .zero) == .wait(.seconds(600)))
        _ = order.waited(until: .zero)
        #expect(order.attemptEnded(.refused, retryAfter: .seconds(1), at: .zero) == .giveUp)
    }

    /// Some answers will be the same next time.
    @Test func refusalIsFinal() {
        var order = order()
        _ = order.recorded(.completed, at: .zero)
        #expect(order.attemptEnded(.refused, at: .zero) == .giveUp)
        #expect(order.attemptEnded(.delivered, at: .zero) == .nothing)
    }
}
