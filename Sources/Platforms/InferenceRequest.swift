internal import JSON

/// A request of the Open Inference Protocol (KServe's V2): tensors, named after the inputs.
///
/// A request for one prediction has one value for each input. A batch is a request for several predictions; they share
/// the inputs that have only one value.
public struct InferenceRequest: Sendable {
    /// The name of the tensor with a prediction's output.
    public static let outputName = "output"

    /// The inputs, one for each prediction. Each is assembled when it is accessed.
    public var inputs: LazyMapSequence<Range<Int>, InputText> {
        (0..<count).lazy.map { [members] in .text(Self.object(members, row: $0)) }
    }

    /// Whether a tensor has values for several predictions, so that the output does too.
    public private(set) var isBatch = false
    /// Whether the client wants the output as binary data after the JSON.
    public private(set) var wantsBinary = false
    /// The client's id for the request.
    public private(set) var id: String?
    /// The model's signature.
    public let signature: ModelSignature
    private var members: [(name: String, texts: [[UInt8]])] = []
    /// The number of predictions.
    private var count = 1

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: the body, which must stay unchanged while `owner` lives.
    ///   - jsonBytes: the length of the JSON, if it isn't the whole body: `Inference-Header-Content-Length`.
    /// - Throws: ``PlatformError``, which names what is invalid.
    public init(
        reading body: UnsafeRawBufferPointer, owner: AnyObject, jsonBytes: Int?, signature: ModelSignature
    ) throws(PlatformError) {
        self.signature = signature
        let length = jsonBytes ?? body.count
        guard length <= body.count else {
            throw PlatformError("Inference-Header-Content-Length is \(length), but the body has \(body.count) bytes")
        }
        let root = try BodyText.root(of: UnsafeRawBufferPointer(rebasing: body[..<length]), owner: owner)
        guard root.kind == .object, let given = root["inputs"], given.kind == .array else {
            throw PlatformError("The body must be a JSON object with the list `inputs` of tensors")
        }
        if let value = root["id"], value.kind != .null {
            guard let text = value.string else { throw PlatformError("`id` must be a string") }
            id = text
        }
        let parameters = try Self.parameters(of: root, "the request")
        try readOutputs(root["outputs"], parameters)
        var binary = UnsafeRawBufferPointer(rebasing: body[length...])
        var tensors: [InferenceTensor] = []
        var index = 0
        try given.forEachElement { (tensor) throws(PlatformError) in
            tensors.append(try Self.tensor(tensor, index, &binary))
            index += 1
        }
        guard binary.isEmpty else {
            throw PlatformError(
                "\(binary.count) bytes of binary data are left over; check the inputs' `binary_data_size`"
            )
        }
        try compose(tensors, parameters, limit: body.count)
    }

    /// The position of a prediction in the request, for messages; nil if there is only one.
    public func place(of index: Int) -> String? { isBatch ? "prediction \(index) of the batch" : nil }

    // MARK: - The JSON

    private static func parameters(of value: JSONValue, _ owner: String) throws(PlatformError) -> JSONValue? {
        guard let parameters = value["parameters"], parameters.kind != .null else { return nil }
        guard parameters.kind == .object else { throw PlatformError("`parameters` of \(owner) must be an object") }
        guard parameters["shared_memory_region"] == nil else {
            throw PlatformError("\(owner): shared memory isn't supported")
        }
        return parameters
    }

    private mutating func readOutputs(_ outputs: JSONValue?, _ parameters: JSONValue?) throws(PlatformError) {
        wantsBinary = parameters?["binary_data_output"]?.bool == true
        guard let outputs, outputs.kind != .null else { return }
        guard outputs.kind == .array else { throw PlatformError("`outputs` must be a list") }
        try outputs.forEachElement { (output) throws(PlatformError) in
            guard output["name"]?.string == Self.outputName else {
                let name = output["name"].map { $0.text(limitBytes: 100) } ?? "without a name"
                throw PlatformError("there is no output \(name). The model's only output is `\(Self.outputName)`")
            }
            guard let parameters = try Self.parameters(of: output, "output `\(Self.outputName)`") else { return }
            guard parameters["classification"] == nil else { throw PlatformError("classification isn't supported") }
            if let binary = parameters["binary_data"]?.bool { wantsBinary = binary }
        }
    }

    private static func tensor(
        _ value: JSONValue, _ index: Int, _ binary: inout UnsafeRawBufferPointer
    ) throws(PlatformError) -> InferenceTensor {
        guard let name = value["name"]?.string else { throw PlatformError("inputs[\(index)] must have a `name`") }
        func wrong(_ text: String) -> PlatformError { PlatformError("input `\(name)`: \(text)") }
        guard let word = value["datatype"]?.string, let datatype = TensorDatatype(rawValue: word) else {
            let known = TensorDatatype.allCases.map(\.rawValue).joined(separator: ", ")
            throw wrong("`datatype` must be one of \(known)")
        }
        guard let dimensions = value["shape"], dimensions.kind == .array else { throw wrong("`shape` must be a list") }
        var shape: [Int] = []
        try dimensions.forEachElement { (dimension) throws(PlatformError) in
            guard let number = dimension.int, number >= 0 else {
                throw wrong("`shape` must contain only whole numbers that are not negative")
            }
            shape.append(number)
        }
        let parameters = try parameters(of: value, "input `\(name)`")
        let data: InferenceTensor.Data
        if let size = parameters?["binary_data_size"] {
            guard let count = size.int, count >= 0, count <= binary.count else {
                throw wrong("`binary_data_size` is \(size.text()), but \(binary.count) bytes of binary data are left")
            }
            guard value["data"] == nil else { throw wrong("give either `data` or `binary_data_size`, not both") }
            data = .binary(UnsafeRawBufferPointer(rebasing: binary[..<count]))
            binary = UnsafeRawBufferPointer(rebasing: binary[count...])
        } else {
            guard let given = value["data"], given.kind == .array else { throw wrong("`data` must be a list") }
            data = .json(given)
        }
        return InferenceTensor(
            name: name, datatype: datatype, shape: shape, data: data, contentType: parameters?["content_type"]?.string)
    }

    // MARK: - The inputs

    private mutating func compose(
        _ tensors: [InferenceTensor], _ parameters: JSONValue?, limit: Int
    ) throws(PlatformError) {
        var rows: (count: Int, name: String)?
        for tensor in tensors {
            guard let input = signature.input(tensor.name) else {
                throw PlatformError("the model has no input `\(tensor.name)`; it takes \(signature.names)")
            }
            guard !members.contains(where: { ExactString($0.name) == ExactString(tensor.name) }) else {
                throw PlatformError("input `\(tensor.name)` is given twice")
            }
            let (layout, texts) = try tensor.rows(for: input.kind, limit: limit)
            members.append((tensor.name, texts))
            guard let count = layout.rows else { continue }
            isBatch = true
            guard count > 1 else { continue }
            if let rows, rows.count != count {
                throw PlatformError(
                    "input `\(tensor.name)` is for \(count) predictions, but input `\(rows.name)` for \(rows.count)")
            }
            rows = (count, tensor.name)
        }
        parameters?.forEachMember { name, value in
            guard signature.input(name) != nil,
                !members.contains(where: { ExactString($0.name) == ExactString(name) })
            else { return }
            var text: [UInt8] = []
            value.writeAsRead(to: &text)
            members.append((name, [text]))
        }
        count = rows?.count ?? 1
        let bytes = members.reduce(0) { $0 + ($1.texts.count == 1 ? count : 1) * $1.texts.reduce(0) { $0 + $1.count } }
        guard bytes <= InputText.limitBytes else { throw InputText.tooLarge }
    }

    private static func object(_ members: [(name: String, texts: [[UInt8]])], row: Int) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        text.reserveCapacity(
            members.reduce(1) { $0 + $1.name.utf8.count + $1.texts[min(row, $1.texts.count - 1)].count + 4 })
        for (name, texts) in members {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            appendJSONString(name, to: &text)
            text.append(UInt8(ascii: ":"))
            text.append(contentsOf: texts.count == 1 ? texts[0] : texts[row])
        }
        text.append(UInt8(ascii: "}"))
        return text
    }
}
