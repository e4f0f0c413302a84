import JSON
import Predictions
import Testing

private func text(_ event: [UInt8]) -> String { String(decoding: event, as: UTF8.self) }

extension EventHistory {
    @discardableResult fileprivate mutating func chunk(_ json: String) -> String {
        Array(json.utf8).withUnsafeBytes { text(produced($0)) }
    }

    /// The replay as text; nil when it is truncated.
    fileprivate var replayed: String? {
        if case .events(let events) = replay() { events.map(text).joined() } else { nil }
    }
}

/// Every event, byte for byte.
@Suite struct Events {
    @Test func bytes() throws {
        var history = EventHistory(capacity: 10)
        #expect(
            text(history.started(id: "a\"b")) == "event: start\ndata: {\"id\":\"a\\\"b\",\"status\":\"processing\"}\n\n"
        )
        #expect(history.chunk(#""tok""#) == "event: output\ndata: {\"chunk\":\"tok\",\"index\":0}\n\n")
        #expect(history.chunk("[1]") == "event: output\ndata: {\"chunk\":[1],\"index\":1}\n\n")
        let log = Array("x\n".utf8).withUnsafeBytes { history.logged($0, source: "stderr") }
        #expect(text(log) == "event: log\ndata: {\"data\":\"x\\n\",\"source\":\"stderr\"}\n\n")
        let metric = history.recorded(mode: "append", name: "m.x", value: try JSONDocument.parsing("1.50").root)
        #expect(text(metric) == "event: metric\ndata: {\"mode\":\"append\",\"name\":\"m.x\",\"value\":1.50}\n\n")
        #expect(text(history.completed(Array("{}".utf8))) == "event: completed\ndata: {}\n\n")
        #expect(text(EventHistory.keepAlive) == ": keep-alive\n\n")
        #expect(
            text(EventHistory.lagged(skipped: 3))
                == "event: error\ndata: {\"error\":\"SSE stream lagged; events were dropped\",\"skipped\":3}\n\n")
    }
}

/// What a reader that comes late is given.
@Suite struct Replays {
    @Test func everythingUpToTheCapacity() {
        var history = EventHistory(capacity: 3)
        let events = (0..<3).map { history.chunk("\($0)") }
        #expect(history.replayed == events.joined())
    }

    @Test func oneMoreIsTruncated() {
        var history = EventHistory(capacity: 3)
        for number in 0..<4 { history.chunk("\(number)") }
        guard case .truncated(let event) = history.replay() else {
            Issue.record("not truncated")
            return
        }
        #expect(
            text(event)
                == "event: error\ndata: {\"error\":\"SSE stream replay truncated; events were dropped\",\"skipped\":1}\n\n"
        )
    }

    /// Also after many events the history holds the last ones only, and counts all that are gone.
    @Test func longRun() {
        var history = EventHistory(capacity: 1024)
        for number in 0..<10_000 { history.chunk("\(number)") }
        guard case .truncated(let event) = history.replay() else {
            Issue.record("not truncated")
            return
        }
        #expect(text(event).contains(#""skipped":8976"#))
    }

    @Test func withoutCapacityNothingIsKeptAndNothingMissing() {
        var history = EventHistory(capacity: 0)
        history.chunk("1")
        #expect(history.replayed == "")
    }

    /// Few events can be large: their bytes are limited too.
    @Test func bytesAreLimited() {
        var history = EventHistory(capacity: 1000)
        let large = "\"" + String(repeating: "x", count: EventHistory.limitBytes / 4) + "\""
        for _ in 0..<3 { history.chunk(large) }
        #expect(history.replayed != nil)
        for _ in 0..<2 { history.chunk(large) }
        #expect(history.replayed == nil)
    }
}
