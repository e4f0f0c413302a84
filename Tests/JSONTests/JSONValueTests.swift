import JSON
import Testing

private func root(_ text: String) throws -> JSONValue { try JSONDocument.parsing(text).root }

/// A value is written as it was read, except whitespace and needless escapes.
@Suite struct TextsAndValues {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "5", "[]", "{}", "[[]]", #"{"a":{}}"#, #""""#,
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775809", "1000000000000000000000000000000", "-0", "[-0]",
        "1.0", "1e2", "1E2", "0.10", "-0.0", "1e-7", "1.5E+300", "123456789.123456789123456789",
        #"["a",1,null,true,{"z":1,"a":2,"m":[1.0,2]}]"#,
        #"{"z":1,"a":{"y":[],"b":{}}}"#,
        "\"é日😀\u{7F}\u{2028}</script>\"", #""\"\\\b\t\n\f\r\u0000\u001f""#,
    ])
    func unchanged(text: String) throws {
        #expect(try root(text).text() == text)
    }

    @Test(arguments: [
        (" [ 1 , 2 ] \n", "[1,2]"),
        (#""\u0041\u00e9\ud83d\ude00\/""#, "\"Aé😀/\""),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        (#"{"\u0061":1}"#, #"{"a":1}"#),
    ])
    func simplified(text: String, expected: String) throws {
        #expect(try root(text).text() == expected)
    }

    @Test func sortedKeysByCodePoint() throws {
        let value = try root(#"{"é":1,"b":{"d":1,"c":2},"B":[{"y":1,"x":2}],"😀":1,"\uffee":2}"#)
        let expected = "{\"B\":[{\"x\":2,\"y\":1}],\"b\":{\"c\":2,\"d\":1},\"é\":1,\"\u{FFEE}\":2,\"😀\":1}"
        #expect(value.text(sortedKeys: true) == expected)
    }

    @Test func decimals() {
        var text: [UInt8] = []
        for integer in [0, 7, -7, Int.max, Int.min] {
            appendDecimal(integer, to: &text)
            text.append(UInt8(ascii: " "))
        }
        appendDecimal(UInt64.max, to: &text)
        let expected = "0 7 -7 9223372036854775807 -9223372036854775808 18446744073709551615"
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    /// Every byte at every position of the words that are examined at once.
    @Test func escapesAtEveryOffset() throws {
        for special in ["\"", "\\", "\n", "\u{1F}", "é", "\u{7F}", "日", "😀", "\0"] {
            for offset in 0..<20 {
                let string = String(repeating: "x", count: offset) + special + String(repeating: "y", count: 20)
                var text: [UInt8] = []
                appendJSONString(string, to: &text)
                #expect(try root(String(decoding: text, as: UTF8.self)).string == string)
                #expect(try root(String(decoding: text, as: UTF8.self)).text() == String(decoding: text, as: UTF8.self))
            }
        }
    }

    @Test func numbers() throws {
        for text in ["1", "-0", "1000000000000000000000000000000", "18446744073709551615"] {
            #expect(try root(text).kind == .integer)
        }
        for text in ["1.0", "1e2", "1e300", "-0.0"] { #expect(try root(text).kind == .number) }
        #expect(try root("1.0").int == nil)
        #expect(try root("18446744073709551615").int == nil)
        #expect(try root("9223372036854775807").int == .max)
        #expect(try root("-9223372036854775808").int == .min)
        #expect(try root("-0").int == 0)
        #expect(try root("1e2").double == 100)
        #expect(try root("7").double == 7)
        #expect(try root("18446744073709551615").double == 18446744073709551616)
        #expect(try root("\"7\"").double == nil)
    }

    @Test func integerBeyondTheDigitLimit() throws {
        let digits = String(repeating: "7", count: 4300)
        #expect(try root("[\(digits)]").text() == "[\(digits)]")
        #expect(throws: JSONError.self) { try root("[\(digits)7]") }
    }

    @Test func containers() throws {
        let root = try root(#"{"b":[1,"x",null],"a":true}"#)
        var names: [String] = []
        root.forEachMember { name, _ in names.append(name) }
        #expect(names == ["b", "a"])
        #expect(root["a"]?.bool == true)
        #expect(root["c"] == nil)
        #expect(root["b"]?.count == 3)
        #expect(root["b"]?[1].string == "x")
        #expect(root["b"]?[2].kind == .null)
        #expect(root["b"]?["x"] == nil)
        #expect(root["a"]?.count == 0)
    }

    /// The handle alone keeps the values alive.
    @Test func valueOutlivesItsDocumentsName() throws {
        var value: JSONValue? = try root(#"{"a":["text"]}"#)["a"]
        value = value?[0]
        #expect(value?.string == "text")
    }

    /// Of many members, too, which are found by a table.
    @Test(arguments: [3, 8, 9, 10, 48, 49, 5000])
    func lastOfRepeatedMembersCounts(count: Int) throws {
        let names = (0..<count).map { $0 % 3 == 0 ? "\\u006b\($0)" : "k\($0)" }
        let members = (names + names.reversed()).enumerated().map { #""\#($1)":\#($0)"# }
        let value = try root("{\(members.joined(separator: ","))}")
        #expect(value.count == count)
        var found: [String] = []
        value.forEachMember { found.append("\($0)=\($1.int ?? -1)") }
        #expect(found == (0..<count).map { "k\($0)=\(2 * count - 1 - $0)" })
    }

    @Test(arguments: [
        ("[]", true), ("[1,2,3]", true), ("[1,2,1]", false), ("[[],{},[[]]]", true),
        (#"[{"a":1,"b":2},{"b":2,"a":1}]"#, false),
        (#"["a","\u0061"]"#, false), ("[1,1.0]", true), ("{}", true),
    ])
    func uniqueness(text: String, isUnique: Bool) throws {
        #expect(try root(text).hasUniqueElements == isUnique)
    }

    @Test func uniquenessOfMany() throws {
        let numbers = (0..<5000).map(String.init)
        #expect(try root("[\(numbers.joined(separator: ","))]").hasUniqueElements)
        #expect(try !root("[\(numbers.joined(separator: ",")),17]").hasUniqueElements)
    }

    /// Only as much is written as is asked for, and no character is cut in two.
    @Test(arguments: [
        ("[1,2,3,4]", 5, "[1,2,…"), (#"{"a":1,"b":[1,2]}"#, 7, #"{"a":1,…"#), (#""éé""#, 2, "\"…"),
        (#""éé""#, 3, "\"é…"),
        ("[1]", 3, "[1]"),
    ])
    func longTextsAreCut(text: String, limit: Int, expected: String) throws {
        #expect(try root(text).text(limitBytes: limit) == expected)
    }

    @Test func placesAreInTheText() throws {
        var places: [String] = []
        try root(#"{ "a" : 1 , "\u0061":[2 ,3], "b":"x" }"#).forEachPlace { places.append("\($0) \($1)") }
        #expect(places == ["a 2..<9", "a 12..<27", "b 29..<36"])
    }
}
