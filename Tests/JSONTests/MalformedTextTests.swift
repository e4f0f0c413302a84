import JSON
import Testing

/// Texts that are not JSON, and where the first wrong byte is.
@Suite struct MalformedTexts {
    @Test(arguments: [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("  ", "EOF while parsing a value at line 1 column 2"),
        (#"{"input":}"#, "expected value at line 1 column 10"),
        (#"{"input":{}"#, "EOF while parsing an object at line 1 column 11"),
        (#"{"input""#, "EOF while parsing an object at line 1 column 8"),
        (#"{"input":"#, "EOF while parsing a value at line 1 column 9"),
        ("[1", "EOF while parsing a list at line 1 column 2"),
        ("[", "EOF while parsing a list at line 1 column 1"),
        ("[1,", "EOF while parsing a value at line 1 column 3"),
        ("\"abc", "EOF while parsing a string at line 1 column 4"),
        ("\"abc\\", "EOF while parsing a string at line 1 column 5"),
        ("\"abc\\u12", "EOF while parsing a string at line 1 column 8"),
        (#"{"input":{}} trailing"#, "trailing characters at line 1 column 14"),
        ("{bad", "key must be a string at line 1 column 2"),
        ("{'a':1}", "key must be a string at line 1 column 2"),
        ("['a']", "expected value at line 1 column 2"),
        ("\u{FEFF}{}", "expected value at line 1 column 1"),
        ("[NaN]", "expected value at line 1 column 2"),
        ("[Infinity]", "expected value at line 1 column 2"),
        ("[-Infinity]", "invalid number at line 1 column 3"),
        ("[nul]", "expected ident at line 1 column 5"),
        ("[True]", "expected value at line 1 column 2"),
        ("tru", "EOF while parsing a value at line 1 column 3"),
        ("[01]", "invalid number at line 1 column 3"),
        ("[-01]", "invalid number at line 1 column 4"),
        ("[00.5]", "invalid number at line 1 column 3"),
        ("[1.]", "invalid number at line 1 column 4"),
        ("[.5]", "expected value at line 1 column 2"),
        ("[+1]", "expected value at line 1 column 2"),
        ("[1e]", "invalid number at line 1 column 4"),
        ("[1e+]", "invalid number at line 1 column 5"),
        ("[0x10]", "expected `,` or `]` at line 1 column 3"),
        ("-", "EOF while parsing a value at line 1 column 1"),
        ("[1e400]", "number out of range at line 1 column 6"),
        ("[-1e400]", "number out of range at line 1 column 7"),
        ("[1,]", "expected value at line 1 column 4"),
        (#"{"a":1,}"#, "key must be a string at line 1 column 8"),
        ("[,1]", "expected value at line 1 column 2"),
        ("[1 2]", "expected `,` or `]` at line 1 column 4"),
        (#"{"a" 1}"#, "expected `:` at line 1 column 6"),
        (#"{"a":1 "b":2}"#, "expected `,` or `}` at line 1 column 8"),
        ("[1}", "expected `,` or `]` at line 1 column 3"),
        ("{]", "key must be a string at line 1 column 2"),
        ("[1] // no", "trailing characters at line 1 column 5"),
        ("/* no */ 1", "expected value at line 1 column 1"),
        ("[1,\n 2,\n x]", "expected value at line 3 column 2"),
        ("[\"a\u{01}\"]", "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 4"),
        ("[\"a\nb\"]", "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"),
        (#"["\x41"]"#, "invalid escape at line 1 column 4"),
        (#"["\u12g4"]"#, "invalid escape at line 1 column 7"),
        (#"["\ud800"]"#, "unexpected end of hex escape at line 1 column 9"),
        (#"["\ud800\u0041"]"#, "unexpected end of hex escape at line 1 column 14"),
        (#"["\udc00"]"#, "lone trailing surrogate in hex escape at line 1 column 8"),
        ("1 2", "trailing characters at line 1 column 3"),
        ("{}}", "trailing characters at line 1 column 3"),
    ])
    func malformed(text: String, message: String) {
        #expect(failure(of: [UInt8](text.utf8)) == message)
        #expect(failure(of: [UInt8](text.utf8), step: 1) == message)
    }

    /// The first error of a text is the one reported.
    @Test(arguments: [
        (#"["a" a"#, "expected `,` or `]` at line 1 column 6"),
        (
            #"{"a":1,a":2"#,
            "key must be a string at line 1 column 8"
        ),
        ("[1 NaN", "expected `,` or `]` at line 1 column 4"), (#"{"a" "b\x"}"#, "expected `:` at line 1 column 6"),
    ])
    func firstErrorCounts(text: String, message: String) {
        #expect(failure(of: [UInt8](text.utf8)) == message)
        #expect(failure(of: [UInt8](text.utf8), step: 1) == message)
    }

    /// Bytes by RFC 3629: overlong forms, surrogates and what lies beyond U+10FFFF are not UTF-8.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func malformedCharacter(bytes: [UInt8]) {
        let message = "invalid unicode code point at line 1 column 5"
        #expect(failure(of: [UInt8]("[\"ab".utf8) + bytes + [UInt8]("\"]".utf8)) == message)
        let far = [UInt8](repeating: UInt8(ascii: "x"), count: 100)
        #expect(failure(of: [UInt8]("\"".utf8) + far + bytes + far + [UInt8]("\"".utf8)) != nil)
    }

    @Test func nulByteOutsideOfStrings() {
        #expect(failure(of: [0x31, 0x00]) == "trailing characters at line 1 column 2")
        #expect(failure(of: [0x00]) == "expected value at line 1 column 1")
    }

    /// What is wrong with a text that arrives in steps.
    private func failure(of text: [UInt8], step: Int = .max) -> String? {
        let scanner = JSONScanner()
        do {
            var count = 0
            repeat {
                count = text.count - count > step ? count + step : text.count
                try Array(text[..<count]).withUnsafeBytes { try scanner.read($0, isFinal: count == text.count) }
            } while count < text.count
            return nil
        } catch {
            return String(describing: error)
        }
    }
}
