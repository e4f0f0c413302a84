import JSON
import Testing

@testable import Predictions

private func text(_ event: PredictionEvent) -> String { String(decoding: event.text, as: UTF8.self) }

extension EventHistory {
    @discardableResult fileprivate mutating func chunk(_ json: String) -> String {
        Array(json.utf8).withUnsafeBytes { text(produced($0)) }
    }

    /// The replay as text; nil when it is truncated.
    fileprivate var replayed: String? {
        if case .events(let events, _, _) = replay() { events.map(text).joined() } else { nil }
    }

    /// What a reader gets that has seen the event `id`: ids and chunks, `gone` and the id, or `over`.
    fileprivate func after(_ id: Int?) -> String {
        switch replay(after: id) {
        case .events(let events, let first, let completed):
            let ids = (first..<first + events.count).map { "\($0)" }
            return (ids + (completed == nil ? [] : ["completed \(first + events.count)"])).joined(separator: ",")
        case .truncated(_, let id): return "gone \(id)"
        case .nothingFollows: return "over"
        }
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
        var body = SegmentedText()
        body.tail.append("{}")
        #expect(
            String(decoding: CompletedEvent(body, .succeeded).text.joined, as: UTF8.self)
                == "event: completed\ndata: {}\n\n")
        #expect(String(decoding: EventHistory.keepAlive, as: UTF8.self) == ": keep-alive\n\n")
        #expect(
            text(EventHistory.lagged(skipped: 3))
                == "event: error\ndata: {\"error\":\"SSE stream lagged; events were dropped\",\"skipped\":3}\n\n")
    }
}

/// What a late reader gets.
@Suite struct Replays {
    @Test func everythingUpToTheCapacity() {
        var history = EventHistory(capacity: 3)
        let events = (0..<3).map { history.chunk("\($0)") }
        #expect(history.replayed == events.joined())
    }

    @Test func oneMoreIsTruncated() {
        var history = EventHistory(capacity: 3)
        for number in 0..<4 { history.chunk("\(number)") }
        guard case .truncated(let event, _) = history.replay() else {
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
        guard case .truncated(let event, _) = history.replay() else {
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

/// What a returning reader gets.
@Suite struct Resuming {
    private func history(_ count: Int, capacity: Int = 100, isOver: Bool = false) -> EventHistory {
        var history = EventHistory(capacity: capacity, origin: 1000)
        for number in 0..<count { history.chunk("\(number)") }
        if isOver { history.ended(CompletedEvent(SegmentedText(), .succeeded)) }
        return history
    }

    @Test func goesOnBehindTheLastOne() {
        let running = history(3)
        #expect(running.after(nil) == "1001,1002,1003")
        #expect(running.after(1000) == "1001,1002,1003")
        #expect(running.after(1002) == "1003")
        #expect(running.after(1003) == "")
        let over = history(3, isOver: true)
        #expect(over.lastID == 1004)
        #expect(over.after(nil) == "1001,1002,1003,completed 1004")
        #expect(over.after(1003) == "completed 1004")
        #expect(over.after(1004) == "over")
    }

    @Test(arguments: [-1, 0, 999, 1004]) func unknownIDs(id: Int) {
        #expect(history(3).after(id) == "gone 1000")
    }

    @Test func whatIsGone() {
        let long = history(10, capacity: 3)
        #expect(long.after(nil) == "gone 1007")
        #expect(long.after(1006) == "gone 1007")
        #expect(long.after(1007) == "1008,1009,1010")
        let none = history(3, capacity: 0)
        #expect(none.after(nil) == "")
        #expect(none.after(1002) == "gone 1003")
        #expect(none.after(1003) == "")
    }

    /// The earlier events are void: a reader that has seen all of them continues, and another one starts over.
    @Test func startingOver() {
        var history = history(5)
        history.startedOver(id: "a")
        #expect(history.after(nil) == "1005")
        #expect(history.after(1002) == "1005")
        #expect(history.after(1005) == "")
        history.chunk("1")
        #expect(history.after(1005) == "1006")
        #expect(history.replayed?.contains(#""index":0"#) == true)
    }

    @Test func whenOnlyTheLastIDIsKnown() {
        guard case .nothingFollows = EventHistory.evicted(lastID: 7, after: 7),
            case .truncated(let event, id: 7) = EventHistory.evicted(lastID: 7, after: 3)
        else {
            Issue.record("neither over nor gone")
            return
        }
        #expect(text(event).hasPrefix("event: error\n"))
    }
}

/// Which events are kept of predictions that have ended.
@Suite struct Archiving {
    private func history(bytes: Int) -> EventHistory {
        var history = EventHistory(capacity: 10)
        history.chunk("\"" + String(repeating: "x", count: bytes) + "\"")
        history.ended(CompletedEvent(SegmentedText(), .succeeded))
        return history
    }

    @Test func theOldestAreForgottenBySize() {
        var archive = EventArchive(limitBytes: 10_000)
        for number in 0..<100 { archive.ended(ExactString("\(number)"), history(bytes: 1000)) }
        let kept = (0..<100).filter { archive[ExactString("\($0)")] != nil }
        #expect(kept == Array(92..<100))
    }

    @Test func oneThatIsTooLargeIsNotKept() {
        var archive = EventArchive(limitBytes: 10_000)
        archive.ended("small", history(bytes: 10))
        archive.ended("large", history(bytes: 10_000))
        #expect(archive["large"] == nil)
        #expect(archive["small"] != nil)
    }

    /// Ids that come again leave nothing behind that would count.
    @Test func idsComeAgain() {
        var archive = EventArchive(limitBytes: 10_000)
        for _ in 0..<1000 {
            archive.forget("a")
            archive.ended("a", history(bytes: 3000))
        }
        archive.ended("b", history(bytes: 3000))
        #expect(archive["a"] != nil)
        #expect(archive["b"] != nil)
    }
}
