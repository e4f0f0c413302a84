import Testing

@testable import CogKit

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

@Test(arguments: [
    ("one two three", 80, "one two three"),
    ("one two three", 7, "one two\nthree"),
    ("one two three", 5, "one\ntwo\nthree"),
    ("extraordinary", 5, "extraordinary"),
    ("an extraordinary day", 5, "an\nextraordinary\nday"),
    ("one\ntwo three", 9, "one\ntwo three"),
    ("    indented text", 12, "    indented\ntext"),
    ("\u{1B}[1mbold\u{1B}[0m word", 9, "\u{1B}[1mbold\u{1B}[0m word"),
    ("", 5, ""),
])
func wrapping(text: String, columns: Int, wrapped: String) {
    #expect(Console.wrapped(text, columns: columns) == wrapped)
}

@Test(arguments: [
    ("plain", "plain"), ("a/b-c_d.e:f=g@h%i+j,k", "a/b-c_d.e:f=g@h%i+j,k"), ("", "''"), ("two words", "'two words'"),
    ("it's", "'it'\\''s'"), ("$HOME", "'$HOME'"), ("é", "'é'"), ("a;b", "'a;b'"),
])
func shellQuoting(text: String, quoted: String) {
    #expect(text.shellQuoted == quoted)
}

@Test(
    arguments: [
        ("model", nil, "model", nil, nil),
        ("a/b:tag", nil, "a/b", "tag", nil),
        ("r8.im/a/b", "r8.im", "a/b", nil, nil),
        ("localhost/a", "localhost", "a", nil, nil),
        ("localhost:5000/a/b:v1", "localhost:5000", "a/b", "v1", nil),
        ("a@sha256:" + String(repeating: "0", count: 64), nil, "a", nil, "sha256:" + String(repeating: "0", count: 64)),
    ] as [(String, String?, String, String?, String?)])
func imageReferences(text: String, host: String?, path: String, tag: String?, digest: String?) throws {
    let reference = try ImageReference(text)
    #expect(reference.host == host)
    #expect(reference.path == path)
    #expect(reference.tag == tag)
    #expect(reference.digest == digest)
    #expect(reference.text == text)
}

@Test(arguments: ["", ":", "a:", "A", "a//b", "/a", "a/", "a b", "a:-x", "a@sha256:0", "a@md5:0", "-a", "a-"])
func otherTextsAreNoReferences(text: String) {
    #expect(throws: ImageReference.Problem.self) { try ImageReference(text) }
}
