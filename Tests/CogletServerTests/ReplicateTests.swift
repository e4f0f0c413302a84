import JSON
import Predictions
import Testing

@testable import CogletServer

/// The responses that Replicate's clients get.
struct ReplicateTests {
    private func text(_ event: PredictionEvent) -> String? {
        ReplicateEvents.text(of: event).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        (#""a\nb\r\nc\rd""#, "event: output\ndata: a\ndata: b\ndata: c\ndata: d\n\n"),
        (#"{"a":[1.50]}"#, "event: output\ndata: {\"a\":[1.50]}\n\n"), (#""""#, "event: output\ndata: \n\n"),
    ])
    func outputsAreTranslated(chunk: String, translated: String) {
        var history = EventHistory(capacity: 0)
        #expect(text(Array(chunk.utf8).withUnsafeBytes { history.produced($0) }) == translated)
    }

    @Test func otherEventsAreTranslated() throws {
        var history = EventHistory(capacity: 0)
        #expect(text(history.started(id: "x")) == nil)
        #expect(text(history.recorded(mode: "replace", name: "x", value: try JSONDocument.parsing("1").root)) == nil)
        let log = Array("x\n".utf8).withUnsafeBytes { history.logged($0, source: "stdout") }
        #expect(text(log) == "event: logs\ndata: x\ndata: \n\n")
        let lagged = text(EventHistory.lagged(skipped: 1))
        #expect(lagged == "event: error\ndata: SSE stream lagged; events were dropped\n\n")
    }

    @Test func modelsHaveTheNamesThatClientsGive() {
        typealias Name = ReplicateNames.Name
        #expect(Name().model == "local/model")
        #expect(Name(version: "1f").version == "1f")
        #expect(Name(version: "me/mine:1f") == Name(model: "me/mine", version: "1f"))
        #expect(Name(version: "me/mine") == Name(model: "me/mine"))
    }

    @Test func theLastNamesAreRemembered() {
        var names = ReplicateNames(limit: 3)
        for number in 1...20 {
            names.began("\(number)", ReplicateNames.Name(version: "v\(number)"))
            for kept in max(1, number - 2)...number { #expect(names["\(kept)"].version == "v\(kept)") }
        }
        #expect(names["1"] == ReplicateNames.Name())
    }
}
