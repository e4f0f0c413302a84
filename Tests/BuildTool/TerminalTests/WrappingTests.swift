import Testing

@testable import Terminal

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
