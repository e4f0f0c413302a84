import Testing

@testable import PythonSource

private func all(_ scanner: PythonScanner) -> Range<Int> { 0..<scanner.characters.count }

@Suite struct PythonScannerTests {
    /// Separators inside of brackets, strings, and comments are none.
    @Test(arguments: [
        ("a, b", ["a", " b"]), ("f(a, b), c", ["f(a, b)", " c"]), ("'a, b', c", ["'a, b'", " c"]),
        ("a # x, y\n, b", ["a # x, y\n", " b"]), (#""\",", b"#, [#""\",""#, " b"]),
        ("'''a,\n'b,''', c", ["'''a,\n'b,'''", " c"]),
        ("", [""]),
    ])
    func pieces(text: String, pieces: [String]) {
        let scanner = PythonScanner(text)
        #expect(scanner.pieces(of: all(scanner), separatedBy: ",").map(scanner.text) == pieces)
    }

    @Test(
        arguments: [
            ("(a)", "a"), ("(a, [b])c", "a, [b]"), ("(')')", "')'"), ("(a # )\n)", "a # )\n"), ("(a", nil),
        ] as [(String, String?)])
    func brackets(text: String, inside: String?) {
        let scanner = PythonScanner(text)
        #expect(scanner.contents(ofBracketAt: 0).map(scanner.text) == inside)
    }

    @Test(
        arguments: [("  a b  # c\n", "a b"), (" \\\n 'x' ", "'x'"), ("# only", nil), ("", nil)]
            as [(String, String?)])
    func whatCounts(text: String, significant: String?) {
        let scanner = PythonScanner(text)
        #expect(scanner.significant(all(scanner)).map(scanner.text) == significant)
    }

    @Test func lines() {
        let scanner = PythonScanner("a\nb\nc")
        #expect([0, 1, 2, 4].map(scanner.line) == [1, 1, 2, 3])
    }
}
