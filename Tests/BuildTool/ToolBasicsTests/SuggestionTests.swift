import Testing

@testable import ToolBasics

@Test(arguments: [
    ("bild", ["build"]), ("pre", ["predict"]), ("serv", ["serve"]), ("frobnicate", []), ("", []),
    ("exce", ["exec"]), ("PREDICT", ["predict"]),
])
func suggestions(word: String, near: [String]) {
    #expect(Suggestion.near(word, among: ["build", "predict", "serve", "exec"]) == near)
}

/// The nearest comes first, and names at the same distance by the alphabet.
@Test func suggestionsAreInOrder() {
    #expect(Suggestion.near("aaa", among: ["aac", "aabb", "aab", "aaa"]) == ["aaa", "aab", "aac", "aabb"])
}
