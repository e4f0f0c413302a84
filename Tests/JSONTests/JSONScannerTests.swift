import JSON
import Testing

/// Texts that arrive in pieces.
@Suite struct TextsInPieces {
    private static let texts = [
        "null", " true ", "-0", "[1,2.5e-3,-1E+2,0.10]", "123456789012345678901234567890", #""""#,
        #""\u00e9\ud83d\ude00\n""#,
        "\"é日😀\u{7F}\u{2028}\"", #"{"a":{"b":[true,"x",-1.5]},"c":[[],{}]}"#, " { \"a\" : [ 1 , 2 ] } \n",
        #"{"a":1,"\u0061":2,"a":[3]}"#,
        "[\(String(repeating: "12345678", count: 9)).\(String(repeating: "87654321", count: 9))]",
        #"{"\#(String(repeating: "k", count: 100))":"\#(String(repeating: "v", count: 100))"}"#,
    ]

    @Test(arguments: texts, [1, 2, 3, 7, 64])
    func areReadAsWhole(text: String, step: Int) throws {
        let scanner = JSONScanner()
        let bytes = [UInt8](text.utf8)
        for end in stride(from: step, to: bytes.count, by: step) {
            // What was there before may have moved.
            try Array(bytes[..<end]).withUnsafeBytes { try scanner.read($0, isFinal: false) }
            #expect(!scanner.isComplete)
            #expect(scanner.position <= end)
        }
        try bytes.withUnsafeBytes { try scanner.read($0, isFinal: true) }
        #expect(scanner.isComplete)
        #expect(scanner.position == bytes.count)
    }

    /// A wrong text is wrong at the same place, and in the same words, however it arrives.
    @Test(arguments: [
        "[1,-]", "[1,2.]", "[1, 2.x]", "[1,2e]", "[1,2e+]", "[0,01]", "[1,00]", "[-01]", "[1,2 3]", "[1,2,]", "[1,,2]",
        "[1,+2]",
        "[1,  .5]", "[1,2.5.5]", "[1,1e999,2]", "[12345678901234567890x]", "1 2", "[1,2",
    ])
    func areRefusedAlike(text: String) throws {
        let bytes = [UInt8](text.utf8)
        let whole = try #require(error(reading: bytes, step: bytes.count))
        for step in 1...4 { #expect(error(reading: bytes, step: step) == whole) }
    }

    private func error(reading bytes: [UInt8], step: Int) -> String? {
        let scanner = JSONScanner()
        do {
            for end in stride(from: step, to: bytes.count, by: step) {
                try bytes[..<end].withUnsafeBytes { try scanner.read($0, isFinal: false) }
            }
            try bytes.withUnsafeBytes { try scanner.read($0, isFinal: true) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A token is not read again from its start with each piece.
    @Test(arguments: ["1", "1.", #""a"#, "[\"é"]) func longTokensGoOn(start: String) throws {
        let scanner = JSONScanner()
        let filling = start.contains("\"") ? "xé" : "1"
        var bytes = [UInt8]((start + String(repeating: filling, count: 4000)).utf8)
        for end in stride(from: 8, through: bytes.count, by: 8) {
            try bytes[..<end].withUnsafeBytes { try scanner.read($0, isFinal: false) }
            #expect(scanner.position > end - 4)
        }
        bytes.append(contentsOf: [UInt8](start.contains("[") ? "\"]".utf8 : start.contains("\"") ? "\"".utf8 : "".utf8))
        try bytes.withUnsafeBytes { try scanner.read($0, isFinal: true) }
    }

    @Test func scannerCanBeUsedAgain() throws {
        let scanner = JSONScanner()
        let failing = [UInt8]("[1".utf8)
        #expect(throws: JSONError.self) { try failing.withUnsafeBytes { try scanner.read($0, isFinal: true) } }
        scanner.begin(shape: nil, from: 3)
        try [UInt8]("\u{FEFF}{}".utf8).withUnsafeBytes { try scanner.read($0, isFinal: true) }
        #expect(scanner.isComplete)
    }
}

/// Numbers that no double holds are refused, however they are spelled.
@Suite struct NumberRanges {
    @Test(arguments: [
        ("1e308", true), ("1e309", false), ("-1e309", false), ("1.7976931348623157e308", true),
        ("1.7976931348623159e308", false), ("17976931348623157e292", true), ("17976931348623159e292", false),
        ("0.00017976931348623157e312", true), ("0.0001e313", false), ("1e-400", true),
        ("0e999999999999999999999", true),
        ("0.0e400", true), ("1e99999999999999999999", false), ("1e-99999999999999999999", true), ("100e306", true),
        ("100e307", false), ("1E+400", false),
    ])
    func exponents(text: String, isAccepted: Bool) {
        #expect(accepts(text) == isAccepted)
    }

    @Test func longNumbers() {
        let digits = String(repeating: "9", count: 400)
        #expect(accepts(digits))
        #expect(!accepts(digits + ".5"))
        #expect(accepts("0." + digits))
        #expect(accepts(String(digits.prefix(308)) + "." + digits))
        #expect(accepts("0." + String(repeating: "0", count: 400) + "1e401"))
        #expect(accepts(digits + "e-200"))
    }

    private func accepts(_ text: String) -> Bool {
        (try? JSONDocument.parsing("[\(text)]")) != nil
    }
}

/// What is remembered of the outermost object, and what is checked of the rest.
@Suite struct Shapes {
    private func scan(_ text: String, _ shape: JSONShape) throws -> JSONScanner {
        let scanner = JSONScanner(shape: shape)
        try [UInt8](text.utf8).withUnsafeBytes { try scanner.read($0, isFinal: true) }
        return scanner
    }

    private func shape(_ change: (inout JSONShape.Builder, inout JSONShape.Rule) -> Void) -> JSONShape {
        var builder = JSONShape.Builder()
        var rule = JSONShape.Rule()
        change(&builder, &rule)
        let root = builder.add(rule)
        return builder.shape(root: root)
    }

    @Test func membersOfTheRoot() throws {
        let shape = shape { _, rule in rule.properties = [("a", nil, false), ("b", nil, false), ("é", nil, false)] }
        let text = #"{"x":{"a":1}, "b" : [1,{"a":2}] ,"\u00e9":"t","b":"last"}"#
        let scanner = try scan(text, shape)
        let bytes = Array(text.utf8)
        func found(_ index: Int) -> String? {
            scanner.member(index).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(found(0) == nil)
        #expect(found(1) == #""last""#)
        #expect(found(2) == #""t""#)
        #expect(scanner.isRepeated(1))
        #expect(!scanner.isRepeated(2))
        #expect(!scanner.isDoubtful)
    }

    @Test(arguments: [
        ("{}", true), (#"{"n":5}"#, true), (#"{"n":5.0}"#, false), (#"{"n":11}"#, false), (#"{"n":10}"#, false),
        (#"{"n":"5"}"#, false), (#"{"n":null}"#, false), (#"{"s":"ab"}"#, true), (#"{"s":"a"}"#, false),
        (#"{"s":"éé"}"#, true), (#"{"s":"ééééé"}"#, false), (#"{"c":"x"}"#, true), (#"{"c":"z"}"#, false),
        (#"{"c":null}"#, true), (#"{"l":[{"n":1},{}]}"#, true), (#"{"l":[{"n":true}]}"#, false),
        (#"{"l":[{},{},{},{}]}"#, false), (#"{"n":"x","n":5}"#, false), (#"{"other":[{"n":true}]}"#, true),
        ("[]", false), (#"{"m":[1,2, 3]}"#, true), (#"{"m":[1,2,3,4]}"#, false), (#"{"m":[1,10]}"#, false),
        (#"{"m":[1,2.5]}"#, false), (#"{"m":[1,"2"]}"#, false), (#"{"m":[1,2],"n":10}"#, false),
    ])
    func checks(text: String, isSure: Bool) throws {
        let shape = shape { builder, rule in
            var number = JSONShape.Rule()
            number.types = .integer
            number.minimum = .init(1, isExclusive: false)
            number.maximum = .init(10, isExclusive: true)
            var string = JSONShape.Rule()
            (string.types, string.lengths) = (.string, 2...4)
            var choice = JSONShape.Rule()
            (choice.types, choice.choices) = ([.string, .null], ["x", "y"])
            let item = builder.reserve()
            var list = JSONShape.Rule()
            (list.types, list.items, list.itemCounts) = (.array, item, 0...3)
            var numbers = JSONShape.Rule()
            (numbers.types, numbers.items, numbers.itemCounts) = (.array, builder.add(number), 0...3)
            rule.types = .object
            rule.properties = [
                ("m", builder.add(numbers), false), ("n", builder.add(number), false),
                ("s", builder.add(string), false),
                ("c", builder.add(choice), false), ("l", builder.add(list), false),
            ]
            builder.define(item, as: rule)
        }
        #expect(try !scan(text, shape).isDoubtful == isSure)
    }

    @Test func unlistedMembers() throws {
        for (others, isSure, hasUnknown) in [
            (JSONShape.OtherMembers.accepted, true, false), (.reported, true, true), (.refused, false, false),
        ] {
            let shape = shape { builder, rule in
                var input = JSONShape.Rule()
                input.properties = [("a", nil, true)]
                input.others = others
                rule.properties = [("input", builder.add(input), false)]
            }
            let scanner = try scan(#"{"input":{"a":1,"b":2},"b":3}"#, shape)
            #expect(scanner.isDoubtful != isSure)
            #expect(scanner.hasUnknownMembers == hasUnknown)
            #expect(try !scan(#"{"input":{"a":1},"b":3}"#, shape).hasUnknownMembers)
            #expect(try scan(#"{"input":{}}"#, shape).isDoubtful)
        }
    }

    @Test func rulesInCircles() throws {
        let shape = shape { builder, rule in
            let node = builder.reserve()
            var next = JSONShape.Rule()
            next.types = [.object, .null]
            next.properties = [("next", node, false)]
            builder.define(node, as: next)
            rule.properties = [("next", node, false)]
        }
        #expect(try !scan(#"{"next":{"next":{"next":null}}}"#, shape).isDoubtful)
        #expect(try scan(#"{"next":{"next":{"next":1}}}"#, shape).isDoubtful)
    }

    @Test func opaqueRulesAreDoubtful() throws {
        let shape = shape { builder, rule in
            rule.properties = [("a", builder.reserve(), false), ("b", nil, false)]
        }
        #expect(try scan(#"{"a":1}"#, shape).isDoubtful)
        #expect(try !scan(#"{"b":1}"#, shape).isDoubtful)
    }
}
