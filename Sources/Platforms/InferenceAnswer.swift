public import JSON

/// The response to a request of the Open Inference Protocol.
public struct InferenceAnswer: Equatable, Sendable {
    /// The JSON.
    public let json: [UInt8]
    /// The binary data after the JSON; nil if the response is JSON only.
    public let binary: [UInt8]?

    /// Makes the response to a request for the model `name` from the outputs, one for each prediction.
    public init(_ outputs: [JSONValue], to request: InferenceRequest, model name: String) {
        let tensor = OutputTensor(outputs, isBatch: request.isBatch, kind: request.signature.output)
        var text = Array(#"{"model_name":"#.utf8)
        appendJSONString(name, to: &text)
        text.append(contentsOf: #","model_version":"\#(ModelMetadata.version)""#.utf8)
        if let id = request.id {
            text.append(contentsOf: #","id":"#.utf8)
            appendJSONString(id, to: &text)
        }
        text.append(contentsOf: #","outputs":[{"name":"\#(InferenceRequest.outputName)""#.utf8)
        text.append(contentsOf: #","datatype":"\#(tensor.datatype.rawValue)","shape":["#.utf8)
        text.append(contentsOf: tensor.shape.map(String.init).joined(separator: ",").utf8)
        text.append(UInt8(ascii: "]"))
        var parameters = tensor.isJSON ? [#""content_type":"application/json""#] : []
        if request.wantsBinary {
            var bytes: [UInt8] = []
            tensor.appendBinary(to: &bytes)
            parameters.append(#""binary_data_size":\#(bytes.count)"#)
            binary = bytes
        } else {
            binary = nil
        }
        if !parameters.isEmpty {
            text.append(contentsOf: #","parameters":{\#(parameters.joined(separator: ","))}"#.utf8)
        }
        if !request.wantsBinary {
            text.append(contentsOf: #","data":"#.utf8)
            tensor.appendJSON(to: &text)
        }
        text.append(contentsOf: "}]}".utf8)
        json = text
    }
}
