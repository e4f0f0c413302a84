import Testing

@testable import ToolBasics

@Test(arguments: [
    ("build: a", 1, 8, "f:1:8: wrong\n  build: a\n         ^"),
    ("a\n\tb: c", 2, 2, "f:2:2: wrong\n  \tb: c\n  \t^"),
    ("é: x", 1, 4, "f:1:4: wrong\n  é: x\n     ^"),
    ("a", 1, 2, "f:1:2: wrong\n  a\n   ^"),
    ("a", 3, 1, "f:3:1: wrong"),
])
func places(text: String, line: Int, column: Int, message: String) {
    #expect(SourceText(text, file: "f").message("wrong", at: .init(line: line, column: column)) == message)
}

/// Of a long line only what is near is shown.
@Test func longLines() {
    let text = String(repeating: "a", count: 200) + "B" + String(repeating: "c", count: 200)
    let lines = SourceText(text, file: "f").excerpt(.init(line: 1, column: 201)).split(separator: "\n")
    #expect(lines[0].count < 140)
    #expect(Array(lines[0])[lines[1].count - 1] == "B")
}
