internal import EventLoop
internal import FileTransfer
internal import JSON

/// The outputs of predictions as one tensor.
///
/// Outputs that don't fit into a tensor of the model's type (objects, lists of different lengths, or null among other
/// values) become BYTES, each a JSON text.
struct OutputTensor {
    let datatype: TensorDatatype
    let shape: [Int]
    /// Whether the elements are JSON texts.
    let isJSON: Bool
    private let elements: [JSONValue]
    private let isFile: Bool

    /// Makes a tensor of these outputs, or of a single one unless `isBatch` is set.
    init(_ outputs: [JSONValue], isBatch: Bool, kind: ModelSignature.Kind) {
        isFile = kind.leaf == .file
        if !isBatch, outputs.count == 1, outputs[0].kind == .null {
            (datatype, shape, isJSON, elements) = (kind.datatype, [0], false, [])
            return
        }
        var elements: [JSONValue] = []
        var shapes: [[Int]] = []
        for output in outputs {
            guard let shape = Self.add(output, kind, to: &elements), shapes.first.map({ $0 == shape }) ?? true else {
                (datatype, shape, isJSON, self.elements) = (.bytes, [outputs.count], true, outputs)
                return
            }
            shapes.append(shape)
        }
        let inner = shapes.first ?? []
        shape = isBatch || inner.isEmpty ? [outputs.count] + inner : inner
        (datatype, isJSON, self.elements) = (kind.datatype, false, elements)
    }

    /// Adds the elements of a value and returns its shape; nil if it has none.
    private static func add(
        _ value: JSONValue, _ kind: ModelSignature.Kind, to elements: inout [JSONValue]
    ) -> [Int]? {
        guard case .list(let inner) = kind else {
            guard fits(value, kind) else { return nil }
            elements.append(value)
            return []
        }
        guard value.kind == .array else { return nil }
        var count = 0
        var shape: [Int]?
        var isRegular = true
        value.forEachElement { item in
            guard isRegular else { return }
            count += 1
            let found = add(item, inner, to: &elements)
            isRegular = found != nil && (shape == nil || shape == found)
            shape = found
        }
        return isRegular ? [count] + (shape ?? Array(repeating: 0, count: inner.rank)) : nil
    }

    private static func fits(_ value: JSONValue, _ kind: ModelSignature.Kind) -> Bool {
        switch kind {
        case .string, .file: value.kind == .string
        case .number: value.double != nil
        case .integer: value.int != nil
        case .boolean: value.bool != nil
        case .json, .list: false
        }
    }

    // MARK: - Text

    /// Appends the elements as a JSON list.
    func appendJSON(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            if isJSON {
                appendJSONString(element.text(), to: &text)
            } else {
                element.writeAsRead(to: &text)
            }
        }
        text.append(UInt8(ascii: "]"))
    }

    // MARK: - Binary

    /// Appends the elements as binary data. Files are represented by their contents.
    func appendBinary(to bytes: inout [UInt8]) {
        for element in elements {
            switch datatype {
            case .int64: Self.append(UInt64(bitPattern: Int64(element.int ?? 0)), to: &bytes)
            case .float64: Self.append((element.double ?? 0).bitPattern, to: &bytes)
            case .bool: bytes.append(element.bool == true ? 1 : 0)
            default: appendBytes(element, to: &bytes)
            }
        }
    }

    private func appendBytes(_ element: JSONValue, to bytes: inout [UInt8]) {
        if isJSON { return Array(element.text().utf8).withUnsafeBytes { Self.append($0, to: &bytes) } }
        element.withStringBytes { string in
            // An uploaded file stays a URL.
            if isFile, let contents = EncodedFile(string)?.contents(accountedIn: nil) {
                Self.append(contents.bytes, to: &bytes)
            } else {
                Self.append(string, to: &bytes)
            }
        }
    }

    private static func append(_ element: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(element.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: element)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
