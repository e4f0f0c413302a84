import JSON
import JSONSchema
import Testing

@testable import Predictions

/// A document whose `Input` has these properties.
func document(_ properties: String, required: String = "[]", others: String = "{}") throws -> JSONValue {
    let input = #"{"type":"object","properties":\#(properties),"required":\#(required)}"#
    let text = #"{"components":{"schemas":{"Input":\#(input),"More":\#(others)}}}"#
    return try JSONDocument.parsing(text).root
}

func schema(_ properties: String, required: String = "[]", others: String = "{}") throws -> InputSchema {
    try #require(
        try InputSchema(document: document(properties, required: required, others: others), forTraining: false))
}

extension [UInt8]? {
    /// `field: message` for every problem of a refused input.
    var entries: [String] {
        get throws {
            guard let problems = self else { return [] }
            let root = try JSONDocument.parsing(String(decoding: problems, as: UTF8.self)).root
            let detail = try #require(root["detail"])
            return try (0..<detail.count).map { index in
                let loc = try #require(detail[index]["loc"])
                #expect(loc[0].string == "body" && loc[1].string == "input" && loc.count == 3)
                let message = try #require(detail[index]["msg"]?.string)
                let isMissing = message == "Field required"
                #expect(detail[index]["type"]?.string == (isMissing ? "value_error.missing" : "value_error"))
                return "\(loc[2].string ?? "?"): \(message)"
            }
        }
    }
}

/// The answers that clients know, message by message.
@Suite struct InputSchemaMessages {
    private static let properties = ##"""
        {"s":{"type":"string"},"n":{"type":"integer"},"f":{"type":"number"},"b":{"type":"boolean"},
         "r":{"type":"integer","minimum":1,"maximum":10},"g":{"type":"number","minimum":0.0,"maximum":1.50},
         "l":{"type":"string","minLength":2,"maxLength":4},"o":{"type":"string","minLength":1,"maxLength":1},
         "p":{"type":"string","pattern":"^[a-z]+$"},"li":{"type":"array","items":{"type":"integer"}},
         "d":{"type":"object"},"c":{"allOf":[{"$ref":"#/components/schemas/More"}],"default":"red"},
         "u":{"anyOf":[{"type":"string"},{"type":"integer"}]},
         "m":{"type":"string","nullable":true},"cm":{"allOf":[{"$ref":"#/components/schemas/More"}],"nullable":true},
         "file":{"type":"string","format":"uri"},"secret":{"type":"string","format":"password","writeOnly":true}}
        """##
    private static let choices = #"{"title":"c","type":"string","enum":["red","green"]}"#

    @Test(
        arguments: [
            (#"{"s":5}"#, ["s: 5 is not of type \"string\""]),
            (#"{"n":"x"}"#, ["n: \"x\" is not of type \"integer\""]),
            (#"{"s":null}"#, ["s: null is not of type \"string\""]),
            (#"{"n":{"k":[1,null]}}"#, [#"n: {"k":[1,null]} is not of type "integer""#]),
            (#"{"n":{"z":1,"a":"é"}}"#, [#"n: {"a":"é","z":1} is not of type "integer""#]),
            (#"{"n":true}"#, ["n: true is not of type \"integer\""]),
            (#"{"n":1.5}"#, ["n: 1.5 is not of type \"integer\""]),
            (#"{"n":1.5e-00}"#, ["n: 1.5 is not of type \"integer\""]),
            (#"{"f":true}"#, ["f: true is not of type \"number\""]),
            (#"{"b":1}"#, ["b: 1 is not of type \"boolean\""]),
            (#"{"r":0}"#, ["r: 0 is less than the minimum of 1"]),
            (#"{"r":11}"#, ["r: 11 is greater than the maximum of 10"]),
            (#"{"r":1e30}"#, ["r: 1e+30 is greater than the maximum of 10"]),
            (#"{"r":1000.00}"#, ["r: 1000.0 is greater than the maximum of 10"]),
            (#"{"g":-0.5}"#, ["g: -0.5 is less than the minimum of 0.0"]),
            (#"{"g":2}"#, ["g: 2 is greater than the maximum of 1.50"]),
            (#"{"l":"a"}"#, ["l: \"a\" is shorter than 2 characters"]),
            (#"{"l":"abcde"}"#, ["l: \"abcde\" is longer than 4 characters"]),
            (#"{"o":""}"#, ["o: \"\" is shorter than 1 character"]),
            (#"{"o":"ab"}"#, ["o: \"ab\" is longer than 1 character"]),
            (#"{"p":"a1"}"#, ["p: \"a1\" does not match \"^[a-z]+$\""]),
            (#"{"c":"blue"}"#, [#"c: "blue" is not one of ["red","green"]"#]),
            (#"{"c":5}"#, [#"c: 5 is not one of ["red","green"]"#, #"c: 5 is not of type "string""#]),
            (#"{"u":true}"#, ["u: true is not valid under any of the schemas listed in the 'anyOf' keyword"]),
            (
                #"{"li":[1,"x",2,null]}"#,
                [#"li/1: "x" is not of type "integer""#, #"li/3: null is not of type "integer""#]
            ),
            (#"{"li":1}"#, ["li: 1 is not of type \"array\""]),
            (#"{"d":[]}"#, ["d: [] is not of type \"object\""]),
            ("[]", ["__root__: [] is not of type \"object\""]),
            ("\"x\"", ["__root__: \"x\" is not of type \"object\""]),
            ("5", ["__root__: 5 is not of type \"object\""]),
            (
                #"{"s":1,"b":"x","n":"y"}"#,
                [
                    #"b: "x" is not of type "boolean""#, #"n: "y" is not of type "integer""#,
                    #"s: 1 is not of type "string""#,
                ]
            ),
            (#"{"l":"\n"}"#, [#"l: "\n" is shorter than 2 characters"#]),
        ] as [(String, [String])])
    func refused(input: String, expected: [String]) throws {
        let schema = try schema(Self.properties, others: Self.choices)
        #expect(try schema.check(JSONDocument.parsing(input).root).entries == expected)
    }

    @Test(arguments: [
        "{}", #"{"n":1.0}"#, #"{"n":1e2}"#, #"{"n":1000000000000000000000000000000}"#, #"{"f":1}"#, #"{"s":""}"#,
        #"{"l":"日本"}"#, #"{"l":"😀😀😀😀"}"#, #"{"li":[]}"#, #"{"c":"green"}"#, #"{"u":"x"}"#, #"{"u":1}"#,
        #"{"file":"no url"}"#, #"{"file":""}"#, #"{"secret":"x"}"#, #"{"d":{"any":[1,{}]}}"#, #"{"n":-0}"#,
        #"{"m":null}"#, #"{"cm":null}"#, #"{"r":1,"g":0}"#,
    ])
    func accepted(input: String) throws {
        let check = try schema(Self.properties, others: Self.choices).check(JSONDocument.parsing(input).root)
        #expect(check == nil)
    }

    /// Errors of present fields by name, then what is missing in the order of `required`.
    @Test func orderOfProblems() throws {
        let schema = try schema(Self.properties, required: #"["s","n","b","a"]"#)
        let check = schema.check(try JSONDocument.parsing(#"{"s":5,"r":0,"b":1}"#).root)
        #expect(
            try check.entries == [
                "b: 1 is not of type \"boolean\"", "r: 0 is less than the minimum of 1",
                "s: 5 is not of type \"string\"", "n: Field required", "a: Field required",
            ])
        #expect(schema.requiredCount == 4)
    }

    @Test func exactBody() throws {
        let schema = try schema(#"{"s":{"type":"string"},"n":{"type":"integer"}}"#, required: #"["s","n"]"#)
        let check = schema.check(try JSONDocument.parsing(#"{"s":5}"#).root)
        let expected =
            #"{"detail":[{"loc":["body","input","s"],"msg":"5 is not of type \"string\"","type":"value_error"},"#
            + #"{"loc":["body","input","n"],"msg":"Field required","type":"value_error.missing"}]}"#
        #expect(check.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func noInputIsAnEmptyObject() throws {
        #expect(try schema("{}").check(nil) == nil)
        #expect(try schema(#"{"a":{}}"#, required: #"["a"]"#).check(nil).entries == ["a: Field required"])
    }

    @Test func longStringsAreChecked() throws {
        let schema = try schema(#"{"s":{"type":"string","maxLength":70000,"pattern":"z$"}}"#)
        for (text, isValid) in [("x", false), ("z", true)] {
            let body = String(repeating: "é", count: 69_999) + text
            let check = schema.check(try JSONDocument.parsing(#"{"s":"\#(body)"}"#).root)
            #expect((check == nil) == isValid)
        }
        let check = schema.check(try JSONDocument.parsing(#"{"s":"\#(String(repeating: "z", count: 70001))"}"#).root)
        #expect(try check.entries.count == 1)
    }

    /// A body with many wrong values gets a response of readable size.
    @Test func answerToManyProblemsIsBounded() throws {
        let schema = try schema(#"{"v":{"type":"array","items":{"type":"string"}}}"#)
        let items = [String](repeating: "{}", count: 100_000).joined(separator: ",")
        let problems = try #require(schema.check(try JSONDocument.parsing(#"{"v":[\#(items)]}"#).root))
        #expect((1 << 20...4 << 20).contains(problems.count))
        let end =
            #"the check stopped here because this list is long; there may be more problems","type":"value_error"}]}"#
        #expect(String(decoding: problems, as: UTF8.self).hasSuffix(end))
        let whole = try #require(schema.check(try JSONDocument.parsing(#"{"v":{"k":[\#(items)]}}"#).root))
        #expect((256 << 10...300 << 10).contains(whole.count))
    }
}

/// Which component is meant, and what can't be used.
@Suite struct SchemaDocuments {
    @Test func componentsByPurpose() throws {
        let text = #"""
            {"components":{"schemas":{"Input":{"properties":{"i":{}}},"TrainingInput":{"properties":{"t":{}}}}}}
            """#
        let document = try JSONDocument.parsing(text).root
        #expect(try InputSchema(document: document, forTraining: false)?.knows("t") == false)
        #expect(try InputSchema(document: document, forTraining: true)?.knows("i") == false)
        let predictOnly = document.text().replacing("TrainingInput", with: "Other")
        let other = try JSONDocument.parsing(predictOnly).root
        #expect(try InputSchema(document: other, forTraining: true)?.knows("t") == false)
        #expect(try InputSchema(document: JSONDocument.parsing("[]").root, forTraining: false) == nil)
        #expect(try InputSchema(document: JSONDocument.parsing("{}").root, forTraining: false) == nil)
    }

    @Test(arguments: [
        (#"{"a":{"type":"text"}}"#, SchemaError.unknownType("text")),
        (#"{"a":{"type":5}}"#, .malformed(keyword: "type")),
        (##"{"a":{"$ref":"#/components/schemas/Gone"}}"##, .unresolved("#/components/schemas/Gone")),
        (#"{"a":{"$ref":"other.json"}}"#, .unresolved("other.json")),
        (#"{"a":{"minimum":"1"}}"#, .malformed(keyword: "minimum")),
        (#"{"a":{"minLength":-1}}"#, .malformed(keyword: "minLength")),
        (#"{"a":{"enum":1}}"#, .malformed(keyword: "enum")),
        (#"{"a":{"anyOf":{}}}"#, .malformed(keyword: "anyOf")),
        (#"{"a":{"items":{"type":"set"}}}"#, .unknownType("set")),
    ])
    func unusable(properties: String, error: SchemaError) {
        #expect(throws: SchemaError.property("a", error)) { try schema(properties) }
    }

    @Test func unusablePattern() throws {
        let error = #expect(throws: SchemaError.self) { try schema(#"{"a":{"type":"string","pattern":"(["}}"#) }
        #expect(error?.description.hasPrefix("a: the pattern \"([\" can't be used: ") == true)
    }

    /// A schema that refers back to itself for the same value would never end.
    @Test(arguments: [
        ##"{"$ref":"#/components/schemas/More"}"##, ##"{"allOf":[{"$ref":"#/components/schemas/More"}]}"##,
        ##"{"anyOf":[{"type":"string"},{"not":{"$ref":"#/components/schemas/More"}}]}"##,
    ])
    func endless(more: String) throws {
        #expect(throws: SchemaError.endlessReference) {
            try schema(##"{"a":{"items":{"$ref":"#/components/schemas/More"}}}"##, others: more)
        }
    }

    /// A schema that leads back to itself for a part of the value is fine.
    @Test func recursive() throws {
        let more =
            ##"{"type":"object","properties":{"next":{"$ref":"#/components/schemas/More"},"v":{"type":"integer"}}}"##
        let schema = try schema(##"{"a":{"$ref":"#/components/schemas/More"}}"##, others: more)
        let input = try JSONDocument.parsing(#"{"a":{"v":1,"next":{"v":2,"next":{"v":"x"}}}}"#).root
        #expect(try schema.check(input).entries == [#"a/next/next/v: "x" is not of type "integer""#])
    }

    @Test func factsOfTheDocument() throws {
        let text = #"""
            {"components":{"schemas":{"Output":{"type":"array"},"TrainingOutput":{"type":"object"},"TrainingInput":{}}},
             "paths":{"/predictions":{"post":{"x-cog-streaming":true}}}}
            """#
        let facts = DocumentFacts(document: try JSONDocument.parsing(text).root)
        #expect(facts.outputIsArray && !facts.trainingOutputIsArray && facts.allowsStreams && facts.hasTraining)
        let without = [
            "{}", "[]", "null", #"{"paths":{"/predictions":{"post":{"x-cog-streaming":"yes"}}}}"#,
            #"{"components":{"schemas":{"Output":{"type":"array","nullable":true}}}}"#,
        ]
        for other in without {
            let facts = DocumentFacts(document: try JSONDocument.parsing(other).root)
            #expect(!facts.outputIsArray && !facts.trainingOutputIsArray && !facts.allowsStreams && !facts.hasTraining)
        }
    }
}
