import Testing

@testable import CogletServer

/// The responses that Replicate's clients get.
struct ReplicateTests {
    @Test(arguments: [
        ("event: start\ndata: {\"id\":\"x\"}\n\n", nil),
        ("event: metric\ndata: {\"name\":\"x\",\"value\":1}\n\n", nil),
        (
            "event: output\ndata: {\"chunk\":\"a\\nb\\r\\nc\\rd\",\"index\":0}\n\n",
            "event: output\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        ),
        ("event: output\ndata: {\"chunk\":{\"a\":[1]},\"index\":0}\n\n", "event: output\ndata: {\"a\":[1]}\n\n"),
        ("event: output\ndata: {\"chunk\":\"\",\"index\":0}\n\n", "event: output\ndata: \n\n"),
        ("event: log\ndata: {\"data\":\"x\\n\",\"source\":\"stdout\"}\n\n", "event: logs\ndata: x\ndata: \n\n"),
        ("event: error\ndata: {\"error\":\"gone\",\"skipped\":1}\n\n", "event: error\ndata: gone\n\n"),
        ("event: completed\ndata: {\"status\":\"succeeded\"}\n\n", "event: done\ndata: {}\n\n"),
        ("event: completed\ndata: {\"status\":\"canceled\"}\n\n", "event: done\ndata: {\"reason\":\"canceled\"}\n\n"),
        (
            "event: completed\ndata: {\"error\":\"bad\",\"status\":\"failed\"}\n\n",
            "event: error\ndata: bad\n\nevent: done\ndata: {\"reason\":\"error\"}\n\n"
        ),
    ])
    func eventsAreTranslated(event: String, translated: String?) {
        #expect(ReplicateEvents.translated(Array(event.utf8)).map { String(decoding: $0, as: UTF8.self) } == translated)
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
