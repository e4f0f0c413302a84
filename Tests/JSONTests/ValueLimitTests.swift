import JSON
import Testing

/// How many values a text may hold.
@Suite struct ValueLimits {
    /// Containers count, names of members don't.
    @Test(arguments: [
        ("1", 1), (#""text""#, 1), ("[]", 1), ("[1,2]", 3), ("[[],{}]", 3), (#"{"a":1,"b":null}"#, 3),
        (#"{"a":{"b":[true,"x",-1.5]}}"#, 6), (#" { "a" : "b:c,d" } "#, 2),
    ])
    func everyValueCountsOnce(text: String, values: Int) throws {
        let bytes = [UInt8](text.utf8)
        let document = try bytes.withUnsafeBytes { try JSONDocument(parsing: $0, valueLimit: values) }
        #expect(document.root.kind != .null)
        #expect(throws: JSONError.self) {
            try bytes.withUnsafeBytes { _ = try JSONDocument(parsing: $0, valueLimit: values - 1) }
        }
        let scanner = JSONScanner()
        for end in 0..<bytes.count {
            try Array(bytes[..<end]).withUnsafeBytes { try scanner.read($0, isFinal: false) }
        }
        try bytes.withUnsafeBytes { try scanner.read($0, isFinal: true) }
        #expect(scanner.valueCount == values)
    }
}
