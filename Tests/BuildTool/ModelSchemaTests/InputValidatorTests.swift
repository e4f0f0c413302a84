import Foundation
import JSON
import Testing

@testable import ModelSchema

@Suite struct InputValidatorTests {
    private func document(_ components: String = "{}") throws -> ModelDocument {
        try ModelDocument(
            #"{"openapi":"3.0.2","info":{},"paths":{},"components":{"schemas":\#(components)}}"#)
    }

    /// The cases of Tests/schema_cases.json, by the rules of the server.
    @Test(arguments: ["models", "documents"])
    func cases(group: String) throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try String(contentsOf: tests.appending(path: "schema_cases.json"), encoding: .utf8)
        let cases = try JSONTree(parsing: text)
        let validator = InputValidator(document: try document(try #require(cases["components"]).text()))
        for entry in try #require(cases[group]?.array) {
            let schema = try #require(entry["schema"])
            for (verdict, isAccepted) in [("accepts", true), ("refuses", false)] {
                for value in try #require(entry[verdict]?.array) {
                    let problem = validator.problem(of: value, against: schema, path: "x")
                    #expect((problem == nil) == isAccepted, "\(schema.text()): \(value.text())")
                }
            }
        }
    }

    /// The outermost first, then by name; what is missing before what is wrong inside.
    @Test(
        arguments: [
            (#"{"type":"integer","enum":[1]}"#, #""x""#, "invalid input \"v\": must be one of: 1"),
            (
                #"{"type":"string","minLength":2,"pattern":"b"}"#, #""a""#,
                "invalid input \"v\": minimum string length is 2"
            ),
            (
                #"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, "[]",
                "invalid input \"v\": expected string or integer, got array"
            ),
            (#"{"items":{"type":"integer"}}"#, #"[1,null,"x"]"#, "invalid input \"v\": must not be null"),
            (#"{"items":{"type":"integer"}}"#, #"[1,"x",null]"#, "invalid input \"v\": expected integer, got string"),
            (
                #"{"properties":{"b":{"type":"string"},"a":{"type":"string"}},"required":["c"]}"#, #"{"b":1,"a":2}"#,
                "missing required input \"v.c\""
            ),
            (
                #"{"properties":{"b":{"type":"string"},"a":{"type":"string"}}}"#, #"{"b":1,"a":2}"#,
                "invalid input \"v.a\": expected string, got number"
            ),
            (#"{"exclusiveMinimum":1}"#, "1", "invalid input \"v\": number must be more than 1"),
            (
                #"{"properties":{},"additionalProperties":false}"#, #"{"k":1}"#,
                "invalid input \"v\": property \"k\" is not allowed"
            ),
        ] as [(String, String, String)])
    func message(schema: String, value: String, message: String) throws {
        let problem = InputValidator(document: try document()).problem(
            of: try JSONTree(parsing: value), against: try JSONTree(parsing: schema), path: "v")
        #expect(problem?.description == message)
    }

    /// Names and texts are compared by code points.
    @Test func exactNames() throws {
        let component = try JSONTree(
            parsing: #"{"properties":{"\u00e9":{},"e\u0301":{}},"required":["\u00e9","e\u0301"]}"#)
        let validator = InputValidator(document: try document())
        #expect(validator.problems(of: ["\u{E9}": .int(1), "e\u{301}": .int(2)], against: component).isEmpty)
        #expect(
            validator.problems(of: ["\u{E9}": .int(1)], against: component) == ["missing required input \"e\u{301}\""])
        let only = try JSONTree(parsing: #"{"properties":{"\u00e9":{}}}"#)
        #expect(validator.problems(of: ["e\u{301}": .int(1)], against: only).count == 1)
    }

    /// A pattern that the server can't use is refused with the document.
    @Test func unusablePattern() throws {
        let document = try document(#"{"Input":{"properties":{"p":{"type":"string","pattern":"("}}}}"#)
        #expect {
            try document.validateDefaults()
        } throws: {
            "\($0)".contains("Model schema is invalid: p: the pattern \"(\" can't be used: ")
        }
    }
}
