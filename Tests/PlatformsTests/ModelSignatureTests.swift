import JSON
import Testing

@testable import Platforms

/// A document with these properties of the input.
func signature(_ properties: String, required: String = "[]", output: String = #"{"type":"string"}"#) throws
    -> ModelSignature
{
    let text = ##"""
        {"components":{"schemas":{"Input":{"type":"object","properties":{\##(properties)},"required":\##(required)},
        "Color":{"type":"string","enum":["red"]},"Loop":{"$ref":"#/components/schemas/Loop"},"Output":\##(output)}}}
        """##
    return ModelSignature(document: try JSONDocument.parsing(text).root)
}

/// What a document says of the model.
@Suite struct Signatures {
    private static let kinds: [(schema: String, kind: ModelSignature.Kind, datatype: String)] = [
        (#"{"type":"string"}"#, .string, "BYTES"),
        (#"{"type":"string","format":"uri"}"#, .file, "BYTES"),
        (#"{"type":"integer"}"#, .integer, "INT64"), (#"{"type":"number"}"#, .number, "FP64"),
        (#"{"type":"boolean","nullable":true}"#, .boolean, "BOOL"),
        (##"{"allOf":[{"$ref":"#/components/schemas/Color"}]}"##, .string, "BYTES"),
        (#"{"type":"array","items":{"type":"array","items":{"type":"number"}}}"#, .list(.list(.number)), "FP64"),
        (#"{"type":"array","items":{"type":"string","format":"uri"}}"#, .list(.file), "BYTES"),
        (#"{"type":"object"}"#, .json, "BYTES"), (#"{"type":"array"}"#, .json, "BYTES"), ("{}", .json, "BYTES"),
        (#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, .json, "BYTES"),
        (##"{"$ref":"#/components/schemas/Loop"}"##, .json, "BYTES"),
    ]

    @Test(arguments: kinds.indices) func kind(index: Int) throws {
        let (schema, kind, datatype) = Self.kinds[index]
        let found = try signature(#""x":\#(schema)"#, output: schema)
        #expect(found.inputs[0].kind == kind)
        #expect(found.output == kind)
        #expect(kind.datatype.rawValue == datatype)
    }

    @Test func inputsAreInTheOrderOfTheParameters() throws {
        let found = try signature(#""a":{"type":"string","x-order":1},"z":{"type":"integer","x-order":0}"#)
        #expect(found.inputs.map(\.name) == ["z", "a"])
    }

    private static let soleInputs: [(properties: String, required: String, name: String?)] = [
        (#""a":{"type":"string"}"#, "[]", "a"), (#""a":{"type":"string"},"b":{"type":"string"}"#, #"["b"]"#, "b"),
        (#""a":{"type":"string"},"b":{"type":"string"}"#, "[]", nil), ("", "[]", nil),
    ]

    @Test(arguments: soleInputs.indices) func inputOfAValueWithoutAName(index: Int) throws {
        let (properties, required, name) = Self.soleInputs[index]
        #expect(try signature(properties, required: required).soleInput?.name == name)
    }

    @Test func metadata() throws {
        let found = try signature(
            #""text":{"type":"string"},"weights":{"type":"array","items":{"type":"number"}}"#,
            output: #"{"type":"array","items":{"type":"array","items":{"type":"integer"}}}"#)
        let expected = #"""
            {"name":"m","versions":["1"],"platform":"cog","inputs":[\#
            {"name":"text","datatype":"BYTES","shape":[1]},{"name":"weights","datatype":"FP64","shape":[-1]}],\#
            "outputs":[{"name":"output","datatype":"INT64","shape":[-1,-1]}]}
            """#
        #expect(String(decoding: ModelMetadata.text(of: found, name: "m"), as: UTF8.self) == expected)
    }
}
