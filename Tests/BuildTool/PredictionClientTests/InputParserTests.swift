import Foundation
import ModelSchema
import Testing

@testable import PredictionClient

private let document = """
    {"openapi": "3.0.2", "info": {}, "paths": {}, "components": {"schemas": {"Input": {"properties": {
      "text": {"type": "string"}, "count": {"type": "integer"}, "scale": {"type": "number"}, "flag": {"type": "boolean"},
      "list": {"type": "array", "items": {"type": "integer"}}, "map": {"type": "object"},
      "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "file": {"type": "string", "format": "uri"},
      "size": {"enum": ["s", "l"], "type": "string"}, "files": {"type": "array", "items": {"type": "string", "format": "uri"}}
    }}}}}
    """

private func text(_ arguments: [String] = [], json: String? = nil) throws -> String {
    try InputParser(arguments: arguments, json: json, document: try ModelDocument(document), kind: .predictions).text
}

@Suite struct InputParserTests {
    /// What a text means follows from the type of the input.
    @Test(arguments: [
        (["text=1"], #"{"text": "1"}"#), (["count=1"], #"{"count": 1}"#), (["scale=1.50"], #"{"scale": 1.50}"#),
        (["scale=2"], #"{"scale": 2}"#), (["flag=true"], #"{"flag": true}"#), (["either=1"], #"{"either": 1}"#),
        (["either=x"], #"{"either": "x"}"#), (["list=1", "list=2"], #"{"list": [1,2]}"#),
        (["list=3"], #"{"list": [3]}"#),
        (["list=[1, 2]"], #"{"list": [1, 2]}"#), (["map={\"a\":  1}"], #"{"map": {"a":  1}}"#),
        (["text=\"quoted\""], #"{"text": "quoted"}"#), (["text=a=b"], #"{"text": "a=b"}"#),
        (["text="], #"{"text": ""}"#),
        (["count=123456789012345678901"], #"{"count": 123456789012345678901}"#), ([], "{}"),
        (["size=s", "text=t"], #"{"size": "s", "text": "t"}"#),
    ])
    func inputs(arguments: [String], expected: String) throws {
        #expect(try text(arguments) == expected)
    }

    @Test(arguments: [
        (["text"], "expected format is 'name=value'"), (["none=1"], "unknown input \"none\"; valid inputs are: count,"),
        (["count=x"], "expected integer, got string"), (["size=m"], "must be one of: s, l"),
        (["file=@/nonexistent"], "input \"file\": failed to read file \"/nonexistent\": "),
        (["count=x", "flag=x"], "input validation failed:\n- invalid input \"count\""),
    ])
    func mistakes(arguments: [String], reason: String) {
        #expect {
            _ = try text(arguments)
        } throws: {
            "\($0)".contains(reason)
        }
    }

    @Test(arguments: [
        ("[]", "expected an object, got array"), ("{", "Failed to parse JSON: "), (#"{"x": 1}"#, "unknown input \"x\""),
        (#"{"count": null}"#, "must not be null"),
    ])
    func mistakesInJSON(json: String, reason: String) {
        #expect {
            _ = try text(json: json)
        } throws: {
            "\($0)".contains(reason)
        }
    }

    /// `@` stands for a file at the top, and where a file belongs.
    @Test func files() throws {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).txt"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "hi".write(toFile: path, atomically: false, encoding: .utf8)
        let url = "data:text/plain;base64,aGk="
        #expect(try text(["file=@\(path)"]) == #"{"file": "\#(url)"}"#)
        #expect(try text(["files=@\(path)", "files=http://h/a"]) == #"{"files": ["\#(url)","http://h/a"]}"#)
        let json = #"{"files": ["@\#(path)"], "map": {"a": "@b"}, "text": "@\#(path)"}"#
        #expect(try text(json: json) == #"{"files": ["\#(url)"], "map": {"a":"@b"}, "text": "\#(url)"}"#)
        #expect(try InputParser.readJSON("@" + path) == "hi")
        #expect(try InputParser.readJSON("{}") == "{}")
    }

    @Test func homeDirectory() {
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        #expect(InputParser.expandingTilde("~/a") == home + "/a")
        #expect(InputParser.expandingTilde("~a") == "~a")
        #expect(InputParser.expandingTilde("a/~") == "a/~")
    }
}
