import JSON
import Testing

@testable import Platforms

private final class Owner {}

private let properties =
    #""image":{"type":"string","format":"uri","x-order":0},"size":{"type":"integer","x-order":1}"#

/// Vertex AI's requests, and those of KServe's first protocol.
@Suite struct Instances {
    /// The inputs in `body`, as texts; those in brackets are places in the body.
    private func inputs(
        _ body: String, _ form: InstancesRequest.Form = .vertex, signature: ModelSignature? = nil
    ) throws -> [String] {
        let bytes = Array(body.utf8)
        return try bytes.withUnsafeBytes { bytes in
            let request = try InstancesRequest(reading: bytes, owner: Owner(), as: form, signature: signature)
            return request.inputs.map { input in
                switch input {
                case .part(let range): "[\(String(decoding: bytes[range], as: UTF8.self))]"
                case .text(let text): String(decoding: text, as: UTF8.self)
                }
            }
        }
    }

    private static let cases: [(body: String, texts: [String])] = [
        (#"{"instances":[]}"#, []),
        (#"{"instances":[{"a":1},  {} ]}"#, [#"[{"a":1}]"#, "[{}]"]),
        (#"{"parameters":null,"instances":[{"a":1}]}"#, [#"[{"a":1}]"#]),
        (#"{"parameters":{},"instances":[{"a":1}]}"#, [#"[{"a":1}]"#]),
        // What an instance says itself counts.
        (#"{"instances":[{"a":1},{"b":2}],"parameters":{"b":3}}"#, [#"{"a":1,"b":3}"#, #"[{"b":2}]"#]),
        (#"{"instances":[{}],"parameters":{"b":[1, 2],"c":"é"}}"#, [#"{"b":[1, 2],"c":"é"}"#]),
    ]

    @Test(arguments: cases.indices) func instancesAndParameters(index: Int) throws {
        let (body, texts) = Self.cases[index]
        #expect(try inputs(body) == texts)
    }

    @Test func kServeHasNoParameters() throws {
        #expect(try inputs(#"{"instances":[{"a":1}],"parameters":{"b":2}}"#, .kServe) == [#"[{"a":1}]"#])
    }

    @Test func valuesWithoutNames() throws {
        let one = try signature(properties, required: #"["size"]"#)
        #expect(
            try inputs(#"{"instances":[5,"x",[1]],"parameters":{"size":1,"image":"u"}}"#, signature: one) == [
                #"{"size":5,"image":"u"}"#, #"{"size":"x","image":"u"}"#, #"{"size":[1],"image":"u"}"#,
            ])
    }

    @Test func filesInBase64() throws {
        let one = try signature(properties, required: #"["image"]"#)
        let data = "data:application/octet-stream;base64,AAAA"
        #expect(
            try inputs(
                #"{"instances":[{"b64":"AAAA"},{"image":{"b64":"AAAA"},"size":{"b64":"AAAA"}},{"image":{"b64":"A","c":1}}]}"#,
                signature: one) == [
                    #"{"image":"\#(data)"}"#, #"{"image":"\#(data)","size":{"b64":"AAAA"}}"#,
                    #"[{"image":{"b64":"A","c":1}}]"#,
                ])
    }

    /// Files anywhere: among the parameters, and in lists.
    @Test func filesInBase64InOtherPlaces() throws {
        let list = #""files":{"type":"array","items":{"type":"string","format":"uri"},"x-order":2}"#
        let one = try signature(properties + "," + list, required: #"["image","files"]"#)
        let data = "data:application/octet-stream;base64,AAAA"
        #expect(
            try inputs(
                #"{"instances":[{"size":1},{"files":["u",{"b64":"AAAA"}]},{"files":["u"]}],"parameters":{"image":{"b64":"AAAA"}}}"#,
                signature: one) == [
                    #"{"size":1,"image":"\#(data)"}"#, #"{"files":["u","\#(data)"],"image":"\#(data)"}"#,
                    #"{"files":["u"],"image":"\#(data)"}"#,
                ])
        #expect(
            try inputs(#"{"instances":[{"files":["u",{"b64":"AAAA"}]},{"files":["u"]}]}"#, signature: one) == [
                #"{"files":["u","\#(data)"]}"#, #"[{"files":["u"]}]"#,
            ])
    }

    private static let bodyMistakes: [(String, String)] = [
        ("", "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "must be a JSON object with the member `instances`"), ("{}", "with the member `instances`"),
        (#"{"instances":{}}"#, "`instances` must be a list"),
        (#"{"instances":[],"parameters":[]}"#, "`parameters` must be an object"),
        (
            #"{"instances":[{},5]}"#,
            "instances[1] must be an object with the inputs by their names; the model's are `image`, `size`"
        ),
    ]

    @Test(arguments: bodyMistakes) func mistakes(body: String, message: String) throws {
        let several = try signature(properties)
        let error = #expect(throws: PlatformError.self) { try inputs(body, signature: several) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.status == 400)
    }

    @Test func numberOfInstancesIsLimited() throws {
        func body(_ count: Int) -> String {
            #"{"instances":[\#(Array(repeating: "{}", count: count).joined(separator: ","))]}"#
        }
        #expect(try inputs(body(InputText.limit)).count == InputText.limit)
        #expect(throws: PlatformError.self) { try inputs(body(InputText.limit + 1)) }
    }

    /// What instances share is there once, however many there are.
    @Test func inputsArePutTogetherOneByOne() throws {
        let instances = Array(repeating: "{}", count: InputText.limit).joined(separator: ",")
        let shared = String(repeating: "x", count: 1 << 20)
        let body = Array(#"{"instances":[\#(instances)],"parameters":{"a":"\#(shared)"}}"#.utf8)
        try body.withUnsafeBytes { bytes in
            let request = try InstancesRequest(reading: bytes, owner: Owner(), as: .vertex, signature: nil)
            #expect(request.inputs.count == InputText.limit)
            #expect(request.inputs.last == .text(Array(#"{"a":"\#(shared)"}"#.utf8)))
        }
    }
}
