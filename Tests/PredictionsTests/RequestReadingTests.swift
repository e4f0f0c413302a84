import JSON
import Testing

@testable import Predictions

/// A body that arrives in steps, read.
func reading(
    _ text: String, _ schema: InputSchema?, scannedFor scanned: InputSchema?? = nil, files: [String] = [],
    step: Int = .max
) throws -> (reading: RequestReading, scan: RequestScan) {
    let body = try JSONDocument.parsing(text)
    let scan = RequestScan(schema: scanned ?? schema)
    let bytes = [UInt8](text.utf8)
    var count = 0
    while count < bytes.count {
        count = bytes.count - count > step ? count + step : bytes.count
        bytes[..<count].withUnsafeBytes { scan.read($0, isFinal: count == bytes.count) }
    }
    let reading = try RequestReading(of: body, scan, schema: schema, filePatterns: FilePatterns(files))
    return (reading, scan)
}

extension RequestReading {
    /// What the model gets of the input in `text`.
    func kept(of text: String) -> String {
        let bytes = [UInt8](text.utf8)
        var output: [UInt8] = []
        var start = inputRange?.lowerBound ?? 0
        for cut in cuts {
            output += bytes[start..<cut.lowerBound]
            start = cut.upperBound
        }
        output += bytes[start..<(inputRange?.upperBound ?? 0)]
        return String(decoding: output, as: UTF8.self)
    }
}

/// An input without an envelope, or in a part of a text.
@Suite struct BareInputs {
    private func reading(_ text: String, _ part: Range<Int>? = nil) throws -> RequestReading {
        let document = try JSONDocument.parsing(
            #"{"components":{"schemas":{"Input":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}}"#
        )
        let schema = try #require(try InputSchema(document: document.root, forTraining: false))
        let scan = RequestScan(schema: schema, content: .input)
        let bytes = [UInt8](text.utf8)
        bytes.withUnsafeBytes {
            if let part { scan.read(part, of: $0, schema: schema) } else { scan.read($0, isFinal: true) }
        }
        let body = try bytes.withUnsafeBytes { try JSONDocument(parsing: $0) }
        return try RequestReading(of: body, scan, schema: schema, filePatterns: FilePatterns([]))
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":1}"#), (#" {"a":1,"x":2} "#, #"{"a":1}"#), (#"{"a":"x","a":2}"#, #"{"a":"x","a":2}"#),
        (#"{"input":{},"a":1,"id":5}"#, #"{"a":1}"#),
        // The scanner doesn't remember names of this length.
        (#"{"\u00e9\#(String(repeating: "x", count: 600))":0,"a":1}"#, #"{"a":1}"#),
    ])
    func kept(text: String, kept: String) throws {
        let reading = try reading(text)
        #expect(reading.problems == nil)
        #expect(reading.kept(of: text) == kept)
        #expect(reading.envelope.id == nil)
    }

    @Test(arguments: ["{}", "null", "[]", #"{"a":"x"}"#, #"{"a":1.5}"#])
    func refused(text: String) throws {
        #expect(try reading(text).problems != nil)
    }

    @Test func partOfAText() throws {
        let text = #"[{"a":1},{"x":0,"a":2}]"#
        let reading = try reading(text, 9..<22)
        #expect(reading.problems == nil)
        #expect(reading.kept(of: text) == #"{"a":2}"#)
    }
}

/// What becomes of the text of an input.
@Suite struct KeptInputs {
    @Test(arguments: [
        (#"{"a":1,"b":2}"#, #"{"a":1,"b":2}"#, 0), (#"{}"#, "{}", 0), (#"{"x":1}"#, "{}", 1),
        (
            #"{"x":1,"y":2}"#,
            "{}", 2
        ),
        (#"{"x":1,"a":2}"#, #"{"a":2}"#, 1), (#"{"a":2,"x":1}"#, #"{"a":2}"#, 1),
        (
            #"{ "a" : 2 , "x" : 1 }"#,
            #"{ "a" : 2}"#, 1
        ),
        (#"{"a":1,"x":1,"y":[{}],"b":2,"z":3}"#, #"{"a":1,"b":2}"#, 3),
        (
            #"{"x":1,"\u0061":2,"":3}"#,
            #"{"\u0061":2}"#, 2
        ),
        (#"{"a":"http://f","x":1}"#, #"{"a":""}"#, 1),
        (
            #"{"a":"http://f","b":["data:,","y"]}"#,
            #"{"a":"","b":["","y"]}"#, 0
        ),
        (#"{"a":"1","a":"http://f"}"#, #"{"a":"1","a":""}"#, 0),
    ])
    func cuts(input: String, kept: String, unknown: Int) throws {
        let schema = try schema(#"{"a":{},"b":{}}"#)
        for text in [#"{"input":\#(input)}"#, #" { "id":"i", "input" : \#(input) , "more":[1]}"#] {
            for step in [1, .max] {
                let (reading, _) = try reading(text, schema, files: ["t:a", "t:b/*"], step: step)
                #expect(reading.problems == nil)
                #expect(reading.kept(of: text) == kept)
                #expect(reading.unknown.count == unknown)
                #expect((reading.schemaOfUnknown != nil) == (unknown > 0))
            }
        }
    }

    /// A model may ask for files where its schema has no input.
    @Test(arguments: [[":*"], [":*/*", ":*"], [":x/*", ":y"]]) func filesInUnknownMembers(patterns: [String]) throws {
        let schema = try schema(#"{"a":{}}"#)
        let text = #"{"input":{"x":["http://f"],"y":"http://f","":["/etc/passwd"],"a":"data:,"}}"#
        let reading = try reading(text, schema, files: patterns + [":a"]).reading
        #expect(reading.kept(of: text) == #"{"a":""}"#)
        #expect(Set(reading.files.map(\.pointer)) == ["a"])
        #expect(reading.misplaced == nil)
    }

    @Test func unknownNamesForTheLog() throws {
        let few = try reading(#"{"input":{"z":1,"a":1,"y":{"a":"x"},"z":2}}"#, schema(#"{"a":{}}"#)).reading
        #expect("\(few.unknown)" == "z, y and 1 more")
        let members = (0..<100).map { #""\#(String(repeating: "k", count: 200))\#($0)":0"# }
        let many = try reading(#"{"input":{"b":1,\#(members.joined(separator: ","))}}"#, schema(#"{"a":{}}"#)).reading
        #expect("\(many.unknown)" == "b, \(String(repeating: "k", count: 100))… and 99 more")
    }

    /// A worker that was started in the meantime may have a different schema.
    @Test func anotherSchemaIsCheckedAgain() throws {
        let (old, new) = try (schema(#"{"a":{"type":"string"}}"#), schema(#"{"a":{"type":"integer"}}"#))
        let text = #"{"input":{"a":"x","b":1}}"#
        #expect(try reading(text, new, scannedFor: old).reading.problems != nil)
        let accepted = try reading(text, old, scannedFor: nil as InputSchema?).reading
        #expect(accepted.problems == nil)
        #expect(accepted.kept(of: text) == #"{"a":"x"}"#)
    }

    /// A model without a document gets any object.
    @Test func inputWithoutSchemaIsAnObject() throws {
        #expect(try reading(#"{"input":{"x":1}}"#, nil).reading.problems == nil)
        #expect(try reading(#"{"input":[1]}"#, nil).reading.problems != nil)
    }

    @Test func byteOrderMarkIsSkipped() throws {
        let scan = RequestScan(schema: nil)
        [UInt8]("\u{FEFF}{\"id\":5}".utf8).withUnsafeBytes { scan.read($0, isFinal: true) }
        #expect(scan.failure == nil)
        #expect(scan.range(of: .id) == 9..<10)
    }
}

/// Whatever passes while it arrives is right.
@Suite struct SureInputs {
    /// Schemas with many keywords against values of every kind.
    @Test func whatTheScanAcceptsTheValidatorAccepts() throws {
        let schemas = [
            "{}", #"{"type":"string"}"#, #"{"type":"integer"}"#, #"{"type":"number"}"#, #"{"type":"boolean"}"#,
            #"{"type":"null"}"#, #"{"type":"array"}"#, #"{"type":"object"}"#, #"{"type":["string","null"]}"#,
            #"{"type":["string","null"],"enum":["a","b"]}"#, #"{"type":"string","nullable":true,"enum":["a"]}"#,
            #"{"enum":["a",1,null]}"#, #"{"enum":["a","b"]}"#, #"{"enum":[]}"#, #"{"type":"null","enum":["a"]}"#,
            #"{"type":"integer","minimum":1,"maximum":3}"#, #"{"exclusiveMinimum":1,"exclusiveMaximum":3.5}"#,
            #"{"minimum":1,"exclusiveMinimum":true}"#, #"{"minimum":9007199254740993}"#,
            #"{"minimum":2,"exclusiveMinimum":1}"#,
            #"{"multipleOf":2}"#, #"{"minLength":2}"#, #"{"maxLength":1}"#, #"{"minLength":3,"maxLength":1}"#,
            #"{"type":"string","pattern":"a"}"#, #"{"items":{"type":"integer"},"minItems":1,"maxItems":2}"#,
            #"{"uniqueItems":true}"#, #"{"prefixItems":[{"type":"string"}]}"#, #"{"additionalProperties":false}"#,
            #"{"properties":{"a":{"type":"integer"}},"required":["a"]}"#, #"{"required":["q"]}"#,
            #"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#,
            #"{"additionalProperties":{"type":"integer"}}"#,
            #"{"propertyNames":{"maxLength":1}}"#, #"{"minProperties":1}"#, #"{"maxProperties":1}"#, #"{"const":1}"#,
            #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, #"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#,
            #"{"anyOf":[{"type":"integer","minimum":2},{"type":"null"}]}"#,
            #"{"anyOf":[{"type":"integer"},{"minimum":5}]}"#,
            #"{"anyOf":[{"type":"string"}],"type":"integer"}"#, #"{"anyOf":[{"type":"null"}]}"#, #"{"anyOf":[{}]}"#,
            #"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#, #"{"not":{"type":"string"}}"#, "false", "true",
            #"{"allOf":[{"type":"string"}]}"#, #"{"allOf":[{"type":"string"},{"minLength":2}]}"#,
            ##"{"allOf":[{"$ref":"#/components/schemas/More"}],"nullable":true}"##,
            ##"{"$ref":"#/components/schemas/More"}"##,
            ##"{"$ref":"#/components/schemas/More","minLength":2}"##,
            ##"{"type":"array","items":{"$ref":"#/components/schemas/More"}}"##,
        ]
        let scalars = [
            "null", "true", "0", "1", "2", "3", "-1", "1.0", "2.5", "1e2", "-0", "9007199254740992", "9007199254740993",
            "123456789012345678901234567890", #""""#, #""a""#, #""b""#, #""\u0061""#, #""ab""#, #""é""#, #""\u00e9\n""#,
        ]
        var values = scalars + ["[]", "{}"]
        for scalar in scalars {
            values += ["[\(scalar)]", #"["a",\#(scalar)]"#, "[\(scalar),\(scalar),1]", #"{"a":\#(scalar)}"#]
            values += [
                #"{"a":1,"a":\#(scalar)}"#, #"{"\u0061":\#(scalar),"b":\#(scalar)}"#,
                #"{"bb":{"a":\#(scalar)}}"#,
            ]
        }
        var sure = 0
        for keywords in schemas {
            for others in [#"{"type":"string","enum":["a","ab"]}"#, #"{"type":"array","items":{"type":"integer"}}"#] {
                let schema = try schema(#"{"v":\#(keywords)}"#, others: others)
                for value in values {
                    let input = #"{"v":\#(value)}"#
                    let (_, scan) = try reading(#"{"input":\#(input)}"#, schema, step: 3)
                    guard !scan.isDoubtful else { continue }
                    sure += 1
                    let problems = schema.check(try JSONDocument.parsing(input).root)
                    #expect(problems == nil, "\(keywords) \(value)")
                }
            }
        }
        // It would be no use if it doubted everything.
        #expect(sure > 2000)
    }

    /// What models usually ask for needs no second look.
    @Test(arguments: [
        (#"{"type":"string"}"#, #""text""#), (#"{"type":"string","nullable":true}"#, "null"),
        (#"{"type":"integer","minimum":0}"#, "5"),
        (#"{"type":"number","minimum":0,"maximum":1}"#, "0.5"), (#"{"type":"string","enum":["a","b"]}"#, #""b""#),
        (#"{"type":"array","items":{"type":"number"}}"#, "[1,2.5]"), (#"{"type":"object"}"#, #"{"a":[1]}"#),
        (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "null"),
        (#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, "1"),
        (##"{"allOf":[{"$ref":"#/components/schemas/More"}],"default":"a"}"##, #""a""#),
        (##"{"type":"array","items":{"$ref":"#/components/schemas/More"}}"##, #"["a","b"]"#),
    ])
    func commonSchemasAreCheckedInPassing(keywords: String, value: String) throws {
        let schema = try schema(#"{"v":\#(keywords)}"#, others: #"{"type":"string","enum":["a","b"]}"#)
        #expect(try !reading(#"{"input":{"v":\#(value)}}"#, schema).scan.isDoubtful)
    }
}
