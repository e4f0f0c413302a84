import JSON
import Testing

@Suite struct JSONGrammarTests {
    private func isText(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isJSONText($0) } }

    @Test(arguments: [
        "1", "-0", "0.5", "1e5", "-1.25E-3", "true", "false", "null", #""""#, #""a""#, "[]", "{}", " [ ] ", "\n{\t}\r",
        "[1,2,[3,{}]]", #"{"a":1,"b":[{"c":null}],"a":2}"#, #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, #""é😀 \u0000""#,
        #"{"a" : [ 1 , 2 ] , "b" : { } }"#, "12345678901234567890123456789",
        #""0123456789012345678901234567890123456789é0123456789012345678901234567890""#,
    ])
    func texts(text: String) {
        #expect(isText(Array(text.utf8)))
        let short = text.utf8.dropLast()
        #expect(isText(Array(short)) == ((try? JSONDocument.parsing(String(decoding: short, as: UTF8.self))) != nil))
    }

    @Test(arguments: [
        "", " ", "1 2", "01", "-", "1.", ".5", "1e", "1e+", "+1", "tru", "nulll", "NaN", "Infinity", "'a'", "[", "]",
        "[1",
        "[1,]", "[,1]", "[1 2]", "{", "{]", "[}", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#,
        #"{"a":1]"#, #"""#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\"#, "\"\n\"", "\"a\u{0}\"", "1]", "1,", "[]]",
        "{}{}",
        "[1],\"status\":[2", "\u{FEFF}1",
    ])
    func others(text: String) {
        #expect(!isText(Array(text.utf8)))
    }

    @Test func malformedUTF8() {
        for bad: [UInt8] in [
            [0xFF], [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3],
        ] {
            #expect(!isText([0x22] + bad + [0x22]))
            #expect(!isText(bad))
        }
    }

    /// Deep nesting costs no stack.
    @Test func nesting() {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(isText(nested(1000)))
        #expect(isText(nested(100_000)))
        #expect(!isText(nested(100_001)))
        #expect(!isText([UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)))
    }
}
