import JSON
import Testing

@testable import Predictions

/// Forms become the JSON that they stand for.
struct InputFormTests {
    private static let document = #"""
        {"components":{"schemas":{"Mode":{"enum":["a","1"],"type":"string"},"Input":{"type":"object","properties":{
          "text":{"type":"string"},"n":{"type":"integer"},"x":{"type":"number"},"flag":{"type":"boolean"},
          "either":{"anyOf":[{"type":"integer","minimum":0},{"type":"string"}]},"mode":{"allOf":[{"$ref":"#/components/schemas/Mode"}]},
          "tags":{"type":"array","items":{"type":"string"}},"ns":{"type":"array","items":{"type":"integer"}},
          "both":{"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"string"}]},"maybe":{"type":"integer","nullable":true},
          "object":{"type":"object"},"any":{},"image":{"type":"string","format":"uri"},
          "images":{"type":"array","items":{"type":"string","format":"uri"}},"id":{"type":"string"},"a/b":{"type":"string","format":"uri"}}}}}}
        """#

    private func form() throws -> InputForm {
        let schema = try InputSchema(document: try JSONDocument.parsing(Self.document).root, forTraining: false)
        return InputForm(schema: schema, filePatterns: FilePatterns([":image", ":images/*", ":a~1b"]))
    }

    private func body(_ fields: [(String, String)], type: String? = nil) throws -> String {
        var form = try form()
        for (name, text) in fields { try form.add(name, text: Array(text.utf8), type: type) }
        return String(decoding: try form.body().text, as: UTF8.self)
    }

    @Test(arguments: [
        ("text", "5", #""5""#), ("text", "null", #""null""#), ("text", #"a"b"#, #""a\"b""#), ("n", "5", "5"),
        ("n", "05", #""05""#), ("n", "1.5", "1.5"), ("n", "x", #""x""#), ("n", "true", #""true""#), ("n", "", #""""#),
        ("n", "12345678901234567890", "12345678901234567890"), ("x", "1e3", "1e3"), ("x", "NaN", #""NaN""#),
        ("flag", "true", "true"), ("flag", "on", #""on""#), ("flag", "1", #""1""#), ("either", "5", "5"),
        ("either", "-5", #""-5""#), ("either", "five", #""five""#), ("mode", "1", #""1""#), ("tags", "a", #"["a"]"#),
        ("tags", #"["a","b"]"#, #"["a","b"]"#), ("ns", "5", "[5]"), ("ns", "x", #"["x"]"#), ("both", "5", #""5""#),
        ("both", "[5]", "[5]"), ("maybe", "null", "null"), ("maybe", "5", "5"), ("object", #"{"a":1}"#, #"{"a":1}"#),
        ("object", "[]", #""[]""#), ("any", "5", #""5""#), ("image", "https://x/y", #""https://x/y""#),
        ("unknown", "5", #""5""#),
    ])
    func aTextIsWhatTheSchemaTakes(name: String, text: String, json: String) throws {
        #expect(try body([(name, text)]) == #"{"input":{"\#(name)":\#(json)}}"#)
    }

    @Test func severalFieldsOfOneNameAreAList() throws {
        #expect(
            try body([("ns", "1"), ("text", "x"), ("ns", "2")]) == #"{"input":{"ns":[1,2],"text":"x"}}"#)
    }

    @Test func jsonStaysAsItIs() throws {
        #expect(
            try body([("any", #"{ "a": [1] }"#)], type: "Application/JSON; charset=utf-8")
                == #"{"input":{"any":{ "a": [1] }}}"#)
    }

    @Test func membersOfTheEnvelopeStandOutside() throws {
        #expect(
            try body([
                ("webhook", "http://x"), ("webhook_events_filter", "start"), ("webhook_events_filter", "completed"),
                ("context", #"{"a":"b"}"#),
            ])
                == #"{"input":{},"webhook":"http://x","webhook_events_filter":["start","completed"],"context":{"a":"b"}}"#
        )
        // The model has an input of this name.
        #expect(try body([("id", "x")]) == #"{"input":{"id":"x"}}"#)
        #expect(
            try body([("input", #"{"n":1,"text":"a"}"#), ("flag", "true")])
                == #"{"input":{"n":1,"text":"a","flag":true}}"#)
    }

    @Test(arguments: [
        [("context", "{")], [("webhook", "a"), ("webhook", "b")], [("input", "5"), ("n", "5")],
        [("input", #"{"n":1}"#), ("n", "2")],
    ])
    func whatContradictsItselfIsRefused(fields: [(String, String)]) {
        #expect(throws: RequestError.self) { try body(fields) }
    }

    @Test func textsAreUTF8() throws {
        var form = try form()
        #expect(throws: RequestError.self) { try form.add("text", text: [0xFF]) }
    }

    @Test func filesAreToldByTheirPlaces() throws {
        var form = try form()
        form.add("image", file: "/1", called: "a\"b.png")
        form.add("images", file: "/2", called: "c")
        form.add("a/b", file: "/3", called: "d")
        let (text, files) = try form.body()
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"input":{"image":"upload:a\"b.png","images":["upload:c"],"a/b":"upload:d"}}"#)
        #expect(files.map { $0.pointer } == ["image", "images/0", "a~1b"])
        #expect(files.map { $0.path } == ["/1", "/2", "/3"])
        form.add("images", file: "/4", called: "e")
        try form.add("images", text: Array("http://x".utf8))
        #expect(try form.body().files.map { $0.pointer } == ["image", "images/0", "images/1", "a~1b"])
    }

    @Test(arguments: [
        ("image", true, nil, InputForm.Use.file), ("image", false, "image/png", .file), ("image", false, nil, .text),
        ("image", false, "text/plain; charset=utf-8", .text), ("image", true, "text/plain", .file),
        ("images", true, nil, .file),
        ("text", true, nil, .text), ("text", false, "image/png", .text), ("unknown", true, nil, .none),
        ("unknown", false, nil, .text),
        ("webhook", true, "application/json", .text),
    ])
    func whatAFieldIsUsedFor(name: String, hasFileName: Bool, type: String?, use: InputForm.Use) throws {
        #expect(try form().use(of: name, hasFileName: hasFileName, type: type) == use)
    }
}
