import Testing

@testable import WebhookDelivery

/// Whose turn it is to send a webhook.
@Suite struct DeliveryLineTests {
    private final class Session {}

    private let sessions = (0..<1_000).map { _ in Session() }

    private func id(_ number: Int) -> ObjectIdentifier { ObjectIdentifier(sessions[number]) }

    private func line(perReceiver: Int = 100, inAll: Int = 100, unproven: Int = 100) -> DeliveryLine {
        var configuration = WebhookConfiguration(version: "1")
        configuration.requestsPerReceiver = perReceiver
        configuration.requestLimit = inAll
        configuration.unprovenRequestLimit = unproven
        return DeliveryLine(configuration: configuration)
    }

    /// Sends `count` requests to each of `receivers`; how many of them start.
    private func start(_ receivers: [String], count: Int = 1, on line: inout DeliveryLine) -> Int {
        var started = 0
        for (index, receiver) in receivers.enumerated() {
            for number in 0..<count where line.request(by: id(index * count + number), to: receiver) { started += 1 }
        }
        return started
    }

    @Test func limitOfAReceiver() {
        var line = line(perReceiver: 3)
        let started = start(["a", "b"], count: 5, on: &line)
        #expect(started == 6)
        #expect(line.inFlight == 6)
        let next = line.ended(to: "a", hasAnswered: true)
        #expect(next.map(\.id) == [id(3)])
        #expect(line.inFlight == 6)
    }

    @Test func limitInAll() {
        var line = line(inAll: 4)
        let started = start(["a", "b", "c"], count: 2, on: &line)
        #expect(started == 4)
        let next = line.ended(to: "a", hasAnswered: true)
        #expect(next.map(\.id) == [id(4)])
    }

    /// Waiting receivers take turns, however much each has to send.
    @Test func turns() {
        var line = line(inAll: 1)
        let started = start(["x"], on: &line)
        #expect(started == 1)
        for (number, receiver) in [(10, "a"), (11, "a"), (12, "a"), (20, "b"), (30, "c"), (31, "c")] {
            let isStarted = line.request(by: id(number), to: receiver)
            #expect(!isStarted)
        }
        var order: [ObjectIdentifier] = []
        for ended in ["x", "a", "b", "c", "a", "c"] { order += line.ended(to: ended, hasAnswered: true).map(\.id) }
        #expect(order == [10, 20, 30, 11, 31, 12].map(id))
        let last = line.ended(to: "a", hasAnswered: true)
        #expect(last.isEmpty)
        #expect(line.inFlight == 0)
    }

    /// Silent hosts leave room for those that answer, and the next one's turn comes when one has failed.
    @Test func silentHostsLeaveRoom() {
        var line = line(inAll: 10, unproven: 4)
        let good = line.request(by: id(999), to: "good")
        #expect(good)
        _ = line.ended(to: "good", hasAnswered: true)
        let started = start((0..<400).map { "silent\($0)" }, on: &line)
        #expect(started == 4)
        let again = (500..<506).map { line.request(by: id($0), to: "good") }
        #expect(again == [true, true, true, true, true, true])
        let next = line.ended(to: "silent0", hasAnswered: false)
        #expect(next.map(\.id) == [id(4)])
    }

    /// An answer makes room immediately; a later failure takes the trust away.
    @Test func trust() {
        var line = line(unproven: 2)
        let started = start(["a"], count: 4, on: &line)
        #expect(started == 2)
        let next = line.ended(to: "a", hasAnswered: true)
        #expect(next.map(\.id) == [id(2), id(3)])
        for _ in 0..<3 { _ = line.ended(to: "a", hasAnswered: false) }
        #expect(line.inFlight == 0)
        let later = start(["a"], count: 4, on: &line)
        #expect(later == 2)
    }

    @Test func forgottenSessionsHaveNoTurn() {
        var line = line(inAll: 1)
        _ = start(["a"], count: 3, on: &line)
        line.forget(id(1), to: "a")
        line.forget(id(700), to: "a")
        let next = line.ended(to: "a", hasAnswered: true)
        #expect(next.map(\.id) == [id(2)])
    }

    /// A request that was canceled says nothing about its receiver.
    @Test func canceledRequest() {
        var line = line(unproven: 1)
        _ = start(["a"], on: &line)
        _ = line.ended(to: "a", hasAnswered: true)
        _ = start(["a"], on: &line)
        _ = line.ended(to: "a", hasAnswered: nil)
        let started = start(["a"], count: 5, on: &line)
        #expect(started == 5)
    }

    /// However many receivers there were, each slot is returned.
    @Test func manyReceivers() {
        var line = line(inAll: 50, unproven: 10)
        let names = (0..<3_000).map { "host\($0)" }
        for (number, name) in names.enumerated() {
            let isStarted = line.request(by: id(number % 1_000), to: name)
            #expect(isStarted)
            let next = line.ended(to: name, hasAnswered: number % 2 == 0)
            #expect(next.isEmpty)
        }
        let started = start(["new"], count: 20, on: &line)
        #expect(started == 10)
    }
}
