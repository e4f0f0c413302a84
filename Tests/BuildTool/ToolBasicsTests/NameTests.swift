import Testing

@testable import ToolBasics

@Test(arguments: [
    ("  a b \n", "a b"), ("", ""), (" \t ", ""), ("\u{A0}x", "x"),
])
func spacesAreTrimmed(text: String, trimmed: String) {
    #expect(text.trimmingSpaces == trimmed)
    #expect(text[...].trimmingSpaces == trimmed)
}

@Test(arguments: [
    ("a.py:B", ".py:", ["a", "B"]), ("a", ":", ["a"]), ("", ":", [""]), ("a::b", "::", ["a", "b"]),
    (":", ":", ["", ""]),
])
func piecesBetweenSeparators(text: String, separator: String, pieces: [String]) {
    #expect(text.split(around: separator) == pieces)
}

@Test(arguments: [
    ("A", true), ("_a1", true), ("1a", false), ("", false), ("a-b", false), ("é", false), ("a b", false),
])
func environmentNames(text: String, isName: Bool) {
    #expect(text.isEnvironmentName == isName)
}

@Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (1_550, "1.5 kB"), (52_000_000, "52 MB"),
    (9_960_000, "9.9 MB"), (12_340_000_000, "12 GB"),
])
func sizesInWords(bytes: Int, text: String) {
    #expect(ByteSize.text(bytes) == text)
}
