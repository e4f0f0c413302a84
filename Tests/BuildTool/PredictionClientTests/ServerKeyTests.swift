import Testing

@testable import PredictionClient

/// The key with which this program asks its own servers.
@Suite struct ServerKeyTests {
    @Test(
        arguments: [
            ([], nil), (["A=1"], nil), (["COG_API_KEY=a"], "a"), (["COG_API_KEY= a , b"], "a"),
            (["COG_API_KEY=,b"], "b"),
            (["COG_API_KEY=a", "COG_API_KEY=b=c"], "b=c"), (["COG_API_KEY=a", "COG_API_KEY"], nil),
            (["COG_API_KEY="], nil), (["COG_API_KEYS=a"], nil),
        ] as [([String], String?)])
    func ofContainers(entries: [String], key: String?) {
        #expect(ServerKey.find(in: entries) == key)
    }

    @Test(
        arguments: [
            ([:], [:], nil), ([:], ["COG_API_KEY": "a,b"], "a"), (["COG_API_KEY": "c"], ["COG_API_KEY": "a"], "c"),
            (["COG_API_KEY": nil], ["COG_API_KEY": "a"], nil),
        ] as [([String: String?], [String: String], String?)])
    func ofChildProcesses(changes: [String: String?], inherited: [String: String], key: String?) {
        #expect(ServerKey.find(in: changes, inherited: inherited) == key)
    }
}
