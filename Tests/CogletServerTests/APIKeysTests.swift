import Testing

@testable import CogletServer

/// `COG_API_KEY`.
@Suite struct APIKeysTests {
    private func contains(_ key: String, in text: String) -> Bool? {
        APIKeys(reading: text).map { keys in Array(key.utf8).withUnsafeBytes { keys.contains($0) } }
    }

    @Test(arguments: [
        ("a", "a", true), ("a", "b", false), ("a", "", false), ("aa", "a", false), ("a", "aa", false),
        ("aba", "ab", false), ("ab", "abab", false), ("one, two ,three", "two", true), ("one, two", "one, two", false),
        ("one,,", "one", true),
        ("Käse", "Käse", true), ("Käse", "Kase", false), ("a b", "a b", true), ("a", "A", false),
    ])
    func membership(text: String, key: String, isMember: Bool) {
        #expect(contains(key, in: text) == isMember)
    }

    @Test(arguments: ["", " ", ",", " , ,\t"])
    func noKeyAtAll(text: String) {
        #expect(APIKeys(reading: text) == nil)
    }
}
