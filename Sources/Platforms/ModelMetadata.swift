internal import JSON

/// The model's metadata for the Open Inference Protocol.
public enum ModelMetadata {
    /// The only version that a server has.
    public static let version = "1"

    /// The metadata of the model as JSON. A dimension of any size is -1; the batch dimension is left out.
    public static func text(of signature: ModelSignature, name: String) -> [UInt8] {
        var text = Array(#"{"name":"#.utf8)
        appendJSONString(name, to: &text)
        text.append(contentsOf: #","versions":["\#(version)"],"platform":"cog","inputs":["#.utf8)
        for (index, input) in signature.inputs.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            append(input.name, input.kind, to: &text)
        }
        text.append(contentsOf: #"],"outputs":["#.utf8)
        append(InferenceRequest.outputName, signature.output, to: &text)
        text.append(contentsOf: "]}".utf8)
        return text
    }

    private static func append(_ name: String, _ kind: ModelSignature.Kind, to text: inout [UInt8]) {
        text.append(contentsOf: #"{"name":"#.utf8)
        appendJSONString(name, to: &text)
        let shape = kind.rank == 0 ? "1" : Array(repeating: "-1", count: kind.rank).joined(separator: ",")
        text.append(contentsOf: #","datatype":"\#(kind.datatype.rawValue)","shape":[\#(shape)]}"#.utf8)
    }
}
