import Testing

@testable import CogletServer

/// What logs write for characters that would not show as themselves.
@Suite struct PrintableTextTests {
    private func console(_ text: String) -> String {
        var line: [UInt8] = []
        PrintableText.append(text, to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    private func json(_ text: String) -> String {
        var line: [UInt8] = []
        PrintableText.appendJSON(text, to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    @Test func plainText() {
        #expect(console("a b=c \"d\"") == "a b=c \"d\"")
        #expect(console("héllo 日本 👩‍👩‍👧") == "héllo 日本 👩‍👩‍👧")
        #expect(console("") == "")
    }

    @Test(arguments: [
        ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("\t", #"\t"#), ("\u{1B}[31m", #"\x1B[31m"#), ("\0", #"\x00"#),
        ("\u{7}\u{8}", #"\x07\x08"#), ("\u{7F}", #"\x7F"#), ("\u{85}", #"\x85"#), ("\u{9B}2J", #"\x9B2J"#),
        ("\u{2028}\u{2029}", #"\u2028\u2029"#), ("\u{202E}cod.exe", #"\u202Ecod.exe"#), ("\u{2066}", #"\u2066"#),
        ("\u{200F}\u{61C}", #"\u200F\u061C"#),
    ])
    func unsafeText(text: String, expected: String) {
        #expect(console(text) == expected)
    }

    @Test func jsonStrings() {
        #expect(json("a\"\\") == #""a\"\\""#)
        #expect(json("é\n\u{1B}") == #""é\n\u001b""#)
        #expect(json("\u{85}\u{2028}\u{7F}\u{202E}\"") == #""\u0085\u2028\u007F\u202E\"""#)
    }

    @Test func linesOfAModel() {
        #expect(PrintableText.lines(of: "one") == ["one"])
        #expect(PrintableText.lines(of: "one\r\ntwo\n\nthree\n") == ["one", "two", "three"])
        #expect(PrintableText.lines(of: "10%\r20%") == ["10%\r20%"])
    }
}
