import JSON
import Testing

@testable import Platforms

private final class Owner {}

/// Requests of the Open Inference Protocol.
@Suite struct Inference {
    private static let properties = #"""
        "text":{"type":"string","x-order":0},"count":{"type":"integer","x-order":1},"file":{"type":"string","format":"uri"},
        "weights":{"type":"array","items":{"type":"number"}},"files":{"type":"array","items":{"type":"string","format":"uri"}},
        "grid":{"type":"array","items":{"type":"array","items":{"type":"integer"}}},"any":{"type":"object"},"flag":{"type":"boolean"}
        """#

    private func read(_ json: String, _ binary: [UInt8]? = nil, length: Int? = nil) throws -> InferenceRequest {
        let bytes = Array(json.utf8) + (binary ?? [])
        let length = length ?? (binary == nil ? nil : json.utf8.count)
        let signature = try signature(Self.properties)
        return try bytes.withUnsafeBytes {
            try InferenceRequest(reading: $0, owner: Owner(), jsonBytes: length, signature: signature)
        }
    }

    /// The inputs of a request with these tensors.
    private func inputs(_ tensors: String, _ binary: [UInt8]? = nil) throws -> [String] {
        try texts(try read(#"{"inputs":[\#(tensors)]}"#, binary))
    }

    private func texts(_ request: InferenceRequest) throws -> [String] {
        request.inputs.map { input in
            guard case .text(let text) = input else { return "" }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private static func tensor(_ name: String, _ datatype: String, _ shape: String, _ data: String) -> String {
        #"{"name":"\#(name)","datatype":"\#(datatype)","shape":\#(shape),"data":\#(data)}"#
    }

    private static func both(_ first: String, _ second: String) -> String { "\(first),\(second)" }

    /// Elements of BYTES.
    private static func elements(_ texts: String...) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts {
            bytes.append(contentsOf: [UInt8(text.utf8.count), 0, 0, 0])
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }

    private typealias Case = (tensors: String, texts: [String])

    private static let jsonCases: [Case] = [
        (tensor("text", "BYTES", "[1]", #"["a\"é"]"#), [#"{"text":"a\"é"}"#]),
        (tensor("count", "INT8", "[1,1]", "[[-5]]"), [#"{"count":-5}"#]),
        (tensor("count", "FP32", "[1]", "[2.0]"), [#"{"count":2.0}"#]),
        (tensor("flag", "BOOL", "[]", "[true]"), [#"{"flag":true}"#]),
        (tensor("weights", "FP64", "[3]", "[1, 2.5,-3e5]"), [#"{"weights":[1,2.5,-3e5]}"#]),
        (tensor("weights", "INT64", "[0]", "[]"), [#"{"weights":[]}"#]),
        (tensor("grid", "UINT8", "[2,2]", "[1,2,3,4]"), [#"{"grid":[[1,2],[3,4]]}"#]),
        (tensor("grid", "UINT8", "[2,2]", "[[1,2],[3,4]]"), [#"{"grid":[[1,2],[3,4]]}"#]),
        (tensor("any", "BYTES", "[1]", #"["{\"a\": [1]}"]"#), [#"{"any":{"a": [1]}}"#]),
        (tensor("any", "BYTES", "[1]", #"["no JSON"]"#), [#"{"any":"no JSON"}"#]),
        (tensor("any", "FP32", "[1]", "[1.5]"), [#"{"any":1.5}"#]),
        (tensor("file", "BYTES", "[1]", #"["https://f/x"]"#), [#"{"file":"https://f/x"}"#]),
        (tensor("file", "BYTES", "[1]", #"["aGk="]"#), [#"{"file":"data:application/octet-stream;base64,aGk="}"#]),
        (
            tensor("files", "BYTES", "[2]", #"["data:,x","aGk="]"#),
            [#"{"files":["data:,x","data:application/octet-stream;base64,aGk="]}"#]
        ),
        // Several predictions; what has one value is for all of them.
        (
            both(tensor("text", "BYTES", "[2]", #"["a","b"]"#), tensor("count", "INT64", "[1]", "[7]")),
            [#"{"text":"a","count":7}"#, #"{"text":"b","count":7}"#]
        ),
        (
            both(tensor("weights", "FP64", "[2,2]", "[1,2,3,4]"), tensor("text", "BYTES", "[2,1]", #"[["a"],["b"]]"#)),
            [#"{"weights":[1,2],"text":"a"}"#, #"{"weights":[3,4],"text":"b"}"#]
        ),
        ("", ["{}"]),
    ]

    @Test(arguments: jsonCases.indices) func tensorsInJSON(index: Int) throws {
        let (tensors, texts) = Self.jsonCases[index]
        #expect(try inputs(tensors) == texts)
    }

    private static func binary(_ name: String, _ datatype: String, _ shape: String, _ size: Int, _ more: String = "")
        -> String
    {
        #"{"name":"\#(name)","datatype":"\#(datatype)","shape":\#(shape),"parameters":{"binary_data_size":\#(size)\#(more)}}"#
    }

    private typealias BinaryCase = (tensors: String, bytes: [UInt8], texts: [String])

    private static let binaryCases: [BinaryCase] = [
        (binary("text", "BYTES", "[1]", 6), elements("hi"), [#"{"text":"hi"}"#]),
        (binary("text", "BYTES", "[2]", 9), elements("a", ""), [#"{"text":"a"}"#, #"{"text":""}"#]),
        (
            both(binary("weights", "FP32", "[2]", 8), binary("count", "INT16", "[1]", 2)),
            [0, 0, 192, 63, 0, 0, 0, 64, 5, 0], [#"{"weights":[1.5,2.0],"count":5}"#]
        ),
        (
            binary("file", "BYTES", "[1]", 6), [2, 0, 0, 0, 104, 255],
            [#"{"file":"data:application/octet-stream;base64,aP8="}"#]
        ),
        (
            binary("file", "BYTES", "[1]", 6, #","content_type":"image/png""#), [2, 0, 0, 0, 104, 255],
            [#"{"file":"data:image/png;base64,aP8="}"#]
        ),
        (
            binary("file", "BYTES", "[1]", 8, #","content_type":"base64""#), elements("aP8="),
            [#"{"file":"data:application/octet-stream;base64,aP8="}"#]
        ),
        (binary("file", "BYTES", "[1]", 10), elements("data:,"), [#"{"file":"data:,"}"#]),
    ]

    @Test(arguments: binaryCases.indices) func tensorsBehindTheJSON(index: Int) throws {
        let (tensors, bytes, texts) = Self.binaryCases[index]
        #expect(try inputs(tensors, bytes) == texts)
    }

    @Test func parametersOfTheNamesOfInputsAreInputs() throws {
        let tensor = Self.tensor("text", "BYTES", "[2]", #"["a","b"]"#)
        let parameters = #"{"count":3,"text":"no","priority":1,"binary_data_output":true}"#
        let request = try read(#"{"id":"x","inputs":[\#(tensor)],"parameters":\#(parameters)}"#)
        #expect(try texts(request) == [#"{"text":"a","count":3}"#, #"{"text":"b","count":3}"#])
        #expect(request.id == "x")
        #expect(request.wantsBinary)
    }

    private static let outputForms: [(String, Bool)] = [
        ("", false), (#","outputs":[]"#, false), (#","outputs":[{"name":"output"}]"#, false),
        (#","outputs":[{"name":"output","parameters":{"binary_data":true}}]"#, true),
        (
            #","outputs":[{"name":"output","parameters":{"binary_data":false}}],"parameters":{"binary_data_output":true}"#,
            false
        ),
        (#","outputs":[{"name":"output"}],"parameters":{"binary_data_output":true}"#, true),
    ]

    @Test(arguments: outputForms) func formOfTheOutput(members: String, isBinary: Bool) throws {
        #expect(try read(#"{"inputs":[]\#(members)}"#).wantsBinary == isBinary)
    }

    private static let tensorMistakes: [(tensors: String, message: String)] = [
        (tensor("no", "BYTES", "[1]", "[]"), "the model has no input `no`; it takes `text`, `count`, "),
        (tensor("text", "FP32", "[1]", "[1]"), "input `text`: takes BYTES, not FP32"),
        (tensor("count", "BYTES", "[1]", #"["1"]"#), "input `count`: takes INT64, not BYTES"),
        (tensor("flag", "INT8", "[1]", "[1]"), "input `flag`: takes BOOL, not INT8"),
        (tensor("count", "INT8", "[1]", "[128]"), "input `count`: element 0, 128, is not a valid INT8"),
        (tensor("count", "STRING", "[1]", "[1]"), "input `count`: `datatype` must be one of BOOL, "),
        (tensor("count", "INT8", "[-1]", "[1]"), "input `count`: `shape` must contain only whole numbers"),
        (tensor("count", "INT8", "1", "[1]"), "input `count`: `shape` must be a list"),
        (
            tensor("count", "INT8", "[2,2]", "[1,2,3,4]"),
            "input `count`: takes one value: the shape must be [1], or [n]"
        ),
        (tensor("count", "INT8", "[1]", "[]"), "the data has 0 elements, but the shape [1] has 1"),
        (tensor("count", "INT8", "[1]", "[1,2]"), "the data has more elements than the 1 of the shape [1]"),
        (tensor("count", "INT8", "[1]", "5"), "input `count`: `data` must be a list"),
        (tensor("count", "INT8", "[900]", "[1]"), "the shape [900] is larger than the request"),
        (
            both(tensor("count", "INT8", "[1]", "[1]"), tensor("count", "INT8", "[1]", "[1]")),
            "input `count` is given twice"
        ),
        (
            both(tensor("count", "INT8", "[2]", "[1,2]"), tensor("text", "BYTES", "[3]", #"["","",""]"#)),
            "input `text` is for 3 predictions, but input `count` for 2"
        ),
        (#"{"datatype":"INT8","shape":[1],"data":[1]}"#, "inputs[0] must have a `name`"),
        (binary("count", "INT8", "[1]", 1), "`binary_data_size` is 1, but 0 bytes of binary data are left"),
        (#"{"name":"count","datatype":"INT8","shape":[1],"data":[1],"parameters":3}"#, "`parameters` of input `count`"),
        (
            #"{"name":"count","datatype":"INT8","shape":[1],"parameters":{"shared_memory_region":"x"}}"#,
            "input `count`: shared memory isn't supported"
        ),
    ]

    @Test(arguments: tensorMistakes.indices) func mistakesInTensors(index: Int) {
        let (tensors, message) = Self.tensorMistakes[index]
        let error = #expect(throws: PlatformError.self) { try inputs(tensors) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.status == 400)
    }

    private static let binaryMistakes: [(tensors: String, bytes: [UInt8], message: String)] = [
        (binary("count", "INT16", "[1]", 1), [1], "has 1 bytes, which is not a multiple of 2"),
        (binary("text", "BYTES", "[1]", 3), [1, 0, 0], "ends within an element's length"),
        (binary("text", "BYTES", "[1]", 5), [2, 0, 0, 0, 1], "ends within an element"),
        (binary("text", "BYTES", "[1]", 5), [1, 0, 0, 0, 255], "input `text`: element 0 is not UTF-8"),
        (binary("text", "BYTES", "[1]", 8), [0, 0, 0, 0, 0, 0, 0, 0], "more elements than the 1"),
        (binary("weights", "FP32", "[1]", 4), [0, 0, 128, 127], "element 0 is not a finite number"),
        (binary("count", "INT8", "[1]", 1), [1, 2], "1 bytes of binary data are left over"),
        (tensor("count", "INT8", "[1]", "[1]"), [1], "1 bytes of binary data are left over"),
    ]

    @Test(arguments: binaryMistakes.indices) func mistakesBehindTheJSON(index: Int) {
        let (tensors, bytes, message) = Self.binaryMistakes[index]
        let error = #expect(throws: PlatformError.self) { try inputs(tensors, bytes) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    private static let bodyMistakes: [(String, String)] = [
        ("", "EOF while parsing a value"), ("[]", "with the list `inputs`"),
        (#"{"inputs":{}}"#, "with the list `inputs`"),
        (#"{"inputs":[],"id":5}"#, "`id` must be a string"),
        (#"{"inputs":[],"parameters":[]}"#, "`parameters` of the request"),
        (#"{"inputs":[],"outputs":{}}"#, "`outputs` must be a list"),
        (#"{"inputs":[],"outputs":[{"name":"x"}]}"#, #"there is no output "x""#),
        (
            #"{"inputs":[],"outputs":[{"name":"output","parameters":{"classification":1}}]}"#,
            "classification isn't supported"
        ),
    ]

    @Test(arguments: bodyMistakes) func mistakes(body: String, message: String) {
        let error = #expect(throws: PlatformError.self) { try read(body) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test func jsonThatIsLongerThanTheBody() {
        let error = #expect(throws: PlatformError.self) { try read(#"{"inputs":[]}"#, length: 14) }
        #expect(error?.description == "Inference-Header-Content-Length is 14, but the body has 13 bytes")
    }

    @Test func whatPredictionsShareIsLimited() {
        let texts = Array(repeating: #""""#, count: 300).joined(separator: ",")
        let shared = String(repeating: "x", count: 1 << 20)
        let error = #expect(throws: PlatformError.self) {
            try inputs(
                Self.both(
                    Self.tensor("text", "BYTES", "[300]", "[\(texts)]"),
                    Self.tensor("any", "BYTES", "[1]", #"["\#(shared)"]"#)))
        }
        #expect(error?.status == 413)
    }
}

/// The answers to them.
@Suite struct InferenceAnswers {
    private func answer(
        _ outputs: [String], _ kind: String, isBatch: Bool = false, isBinary: Bool = false
    ) throws -> (json: String, binary: [UInt8]?) {
        let count = isBatch ? outputs.count : 1
        let data = Array(repeating: #""""#, count: count).joined(separator: ",")
        let tensor = #"{"name":"x","datatype":"BYTES","shape":[\#(count)],"data":[\#(data)]}"#
        let body = #"{"inputs":[\#(tensor)],"parameters":{"binary_data_output":\#(isBinary)}}"#
        let signature = try signature(#""x":{"type":"string"}"#, output: kind)
        let request = try Array(body.utf8).withUnsafeBytes {
            try InferenceRequest(reading: $0, owner: Owner(), jsonBytes: nil, signature: signature)
        }
        let answer = InferenceAnswer(
            try outputs.map { try JSONDocument.parsing($0).root }, to: request, model: "m")
        return (String(decoding: answer.json, as: UTF8.self), answer.binary)
    }

    private static let numbers = #"{"type":"array","items":{"type":"number"}}"#
    private static let lists = #"{"type":"array","items":\#(numbers)}"#

    private static let jsonCases: [(kind: String, outputs: [String], isBatch: Bool, tensor: String)] = [
        (#"{"type":"string"}"#, [#""a\n""#], false, #""datatype":"BYTES","shape":[1],"data":["a\n"]"#),
        (#"{"type":"number"}"#, ["1.50"], false, #""datatype":"FP64","shape":[1],"data":[1.50]"#),
        (#"{"type":"integer"}"#, ["1", "2"], true, #""datatype":"INT64","shape":[2],"data":[1,2]"#),
        (#"{"type":"boolean"}"#, ["null"], false, #""datatype":"BOOL","shape":[0],"data":[]"#),
        (numbers, ["[1,2.5]"], false, #""datatype":"FP64","shape":[2],"data":[1,2.5]"#),
        (numbers, ["[]"], false, #""datatype":"FP64","shape":[0],"data":[]"#),
        (numbers, ["[1]", "[2]"], true, #""datatype":"FP64","shape":[2,1],"data":[1,2]"#),
        // What doesn't fit a tensor is text of JSON.
        (
            numbers, ["[1]", "[]"], true,
            #""datatype":"BYTES","shape":[2],"parameters":{"content_type":"application/json"},"data":["[1]","[]"]"#
        ),
        (
            #"{"type":"integer"}"#, ["9223372036854775808"], false,
            #""datatype":"BYTES","shape":[1],"parameters":{"content_type":"application/json"},"data":["9223372036854775808"]"#
        ),
        (
            #"{"type":"object"}"#, [#"{"a": "x"}"#], false,
            #""datatype":"BYTES","shape":[1],"parameters":{"content_type":"application/json"},"data":["{\"a\":\"x\"}"]"#
        ),
        (
            lists, ["[[1,2],[3,4]]"], false,
            #""datatype":"FP64","shape":[2,2],"data":[1,2,3,4]"#
        ),
        (
            lists, ["[[1,2],[3]]"], false,
            #""datatype":"BYTES","shape":[1],"parameters":{"content_type":"application/json"},"data":["[[1,2],[3]]"]"#
        ),
        (lists, ["[]"], false, #""datatype":"FP64","shape":[0,0],"data":[]"#),
    ]

    @Test(arguments: jsonCases.indices) func json(index: Int) throws {
        let (kind, outputs, isBatch, tensor) = Self.jsonCases[index]
        let found = try answer(outputs, kind, isBatch: isBatch)
        #expect(found.json == #"{"model_name":"m","model_version":"1","outputs":[{"name":"output",\#(tensor)}]}"#)
        #expect(found.binary == nil)
    }

    private static let binaryCases: [(kind: String, output: String, bytes: [UInt8])] = [
        (#"{"type":"string"}"#, #""é""#, [2, 0, 0, 0, 0xC3, 0xA9]),
        (#"{"type":"integer"}"#, "-2", [254, 255, 255, 255, 255, 255, 255, 255]),
        (#"{"type":"number"}"#, "0.5", [0, 0, 0, 0, 0, 0, 224, 63]), (#"{"type":"boolean"}"#, "true", [1]),
        (#"{"type":"string","format":"uri"}"#, #""data:image/png;base64,aP8=""#, [2, 0, 0, 0, 104, 255]),
        (#"{"type":"string","format":"uri"}"#, #""http://x""#, [8, 0, 0, 0, 104, 116, 116, 112, 58, 47, 47, 120]),
        (#"{"type":"object"}"#, "{}", [2, 0, 0, 0, 123, 125]),
    ]

    @Test(arguments: binaryCases.indices) func binary(index: Int) throws {
        let (kind, output, bytes) = Self.binaryCases[index]
        let found = try answer([output], kind, isBinary: true)
        #expect(found.binary == bytes)
        #expect(found.json.contains(#""binary_data_size":\#(bytes.count)}}]}"#))
        #expect(!found.json.contains(#""data""#))
    }
}
