import Foundation
import JSON
import Testing

@testable import ModelSchema

private func document(_ schemas: String = "{}", paths: String = "{}") throws -> ModelDocument {
    try ModelDocument(#"{"openapi": "3.0.2", "info": {}, "paths": \#(paths), "components": {"schemas": \#(schemas)}}"#)
}

private func paths(_ post: String, _ name: String = "predictions") -> String { #"{"/\#(name)": {"post": \#(post)}}"# }

@Suite struct ModelDocumentTests {
    @Test(arguments: [
        ("{", "it is not JSON"), ("{}", "it is not an OpenAPI 3 document"),
        (#"{"openapi": "2.0"}"#, "it is not an OpenAPI 3 document"),
        (#"{"openapi": "3.1.0", "info": {}}"#, "paths and info must be objects"),
        (#"{"openapi": "3.1.0", "info": 1, "paths": {}}"#, "paths and info must be objects"),
    ])
    func otherTextsAreRefused(text: String, reason: String) {
        #expect {
            try ModelDocument(text)
        } throws: {
            "\($0)".hasPrefix("Model schema is invalid: ") && "\($0)".contains(reason)
        }
    }

    @Test func references() throws {
        let document = try document(
            ##"{"A": {"$ref": "#/components/schemas/B"}, "B": {"allOf": [{"$ref": "#/components/schemas/C"}]}, "C": {"x": 1},"##
                + ##" "Loop": {"$ref": "#/components/schemas/Loop"}}"##)
        let target = try JSONTree(parsing: ##"{"$ref": "#/components/schemas/A"}"##)
        #expect(document.resolve(target)["x"] == .int(1))
        // One that leads nowhere stays as it is, and a circle ends.
        let lost = try JSONTree(parsing: ##"{"$ref": "#/components/schemas/Missing"}"##)
        #expect(document.resolve(lost) == lost)
        #expect(document.resolve(try #require(document.component("Loop")))["$ref"] != nil)
    }

    /// A training has inputs of its own, or those of predictions.
    @Test func inputs() throws {
        let both = try document(#"{"Input": {"a": 1}, "TrainingInput": {"a": 2}}"#)
        #expect(try both.inputs(.predictions)["a"] == .int(1))
        #expect(try both.inputs(.trainings)["a"] == .int(2))
        #expect(try document(#"{"Input": {"a": 1}}"#).inputs(.trainings)["a"] == .int(1))
        #expect {
            _ = try document().inputs(.predictions)
        } throws: {
            "\($0)" == "OpenAPI schema is missing Input component"
        }
    }

    @Test func outputs() throws {
        let schema = #"{"type": "array", "x-cog-array-display": "concatenate"}"#
        let response =
            #"{"responses": {"200": {"content": {"application/json": {"schema": {"properties": {"output": \#(schema)}}}}}}, "#
            + #""x-cog-streaming": true}"#
        let document = try document(paths: paths(response))
        let output = try document.output(.predictions)
        #expect(output["type"] == .string("array"))
        #expect(document.concatenates(output))
        #expect(document.streams(.predictions))
        #expect(!document.streams(.trainings))
        #expect {
            _ = try document.output(.trainings)
        } throws: {
            "\($0)".contains("missing output definition for /trainings")
        }
    }

    @Test(arguments: [
        (#"{"type": "integer", "default": "x"}"#, "invalid default of \"p\": expected integer, got string"),
        (#"{"type": "integer", "maximum": 3, "default": 4}"#, "number must be at most 3 (maximum)"),
        (#"{"required": ["k"], "default": {}}"#, "invalid default of \"p\": \"p.k\" is missing"),
    ])
    func defaultsThatDoNotFit(schema: String, reason: String) throws {
        let document = try document(#"{"Input": {"properties": {"p": \#(schema)}}}"#)
        #expect {
            try document.validateDefaults()
        } throws: {
            "\($0)".contains(reason)
        }
    }

    @Test(arguments: [#"{"type": "integer"}"#, #"{"type": "integer", "default": null}"#, #"{"default": 1}"#])
    func defaultsThatFit(schema: String) throws {
        let document = try document(#"{"Input": {"properties": {"p": \#(schema)}}}"#)
        #expect(throws: Never.self) { try document.validateDefaults() }
    }

    /// The variable comes before the option; a file that can't be read is named.
    @Test func readyDocuments() throws {
        #expect(try ModelDocument.given(nil, [:]) == nil)
        #expect(try ModelDocument.given(nil, ["COG_OPENAPI_SCHEMA": ""]) == nil)
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try #"{"openapi": "3.0.2", "info": {}, "paths": {}}"#.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try ModelDocument.given(path, [:]) != nil)
        #expect {
            _ = try ModelDocument.given(path, ["COG_OPENAPI_SCHEMA": "/nonexistent"])
        } throws: {
            "\($0)".hasPrefix("COG_OPENAPI_SCHEMA: failed to read /nonexistent: ")
        }
        #expect {
            _ = try ModelDocument.given("/nonexistent", [:])
        } throws: {
            "\($0)".hasPrefix("failed to read /nonexistent: ")
        }
    }
}
