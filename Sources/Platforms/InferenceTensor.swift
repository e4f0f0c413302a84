internal import JSON

/// A tensor of a request.
struct InferenceTensor {
    /// Where the elements are.
    enum Data {
        /// In JSON, possibly in nested lists.
        case json(JSONValue)
        /// After the JSON.
        case binary(UnsafeRawBufferPointer)
    }

    let name: String
    let datatype: TensorDatatype
    let shape: [Int]
    let data: Data
    /// The type of the elements: a media type if they are files, or `base64`.
    let contentType: String?

    /// The values as JSON, for an input of this kind.
    ///
    /// - Throws: ``PlatformError``, which names the input.
    func rows(for kind: ModelSignature.Kind, limit: Int) throws(PlatformError) -> (
        layout: TensorLayout, texts: [[UInt8]]
    ) {
        do throws(PlatformError) {
            guard kind.leaf.takes(datatype.family) else {
                throw PlatformError("takes \(kind.datatype.rawValue), not \(datatype.rawValue)")
            }
            let layout = try TensorLayout(shape: shape, rank: kind.rank, limit: limit)
            var rows = TensorRows(layout)
            switch data {
            case .json(let value): try add(value, kind.leaf, layout, to: &rows)
            case .binary(let bytes): try add(bytes, kind.leaf, layout, to: &rows)
            }
            guard rows.isFull else {
                throw PlatformError("the data has \(rows.count) elements, but the shape \(shape) has \(layout.count)")
            }
            return (layout, rows.texts)
        } catch  where error.status == 400 {
            throw PlatformError("input `\(name)`: \(error)")
        }
    }

    private func tooMany(_ layout: TensorLayout) -> PlatformError {
        PlatformError("the data has more elements than the \(layout.count) of the shape \(shape)")
    }

    // MARK: - JSON

    private func add(
        _ value: JSONValue, _ kind: ModelSignature.Kind, _ layout: TensorLayout, to rows: inout TensorRows
    ) throws(PlatformError) {
        guard value.kind != .array else {
            // The data of any tensor may be flat.
            return try value.forEachElement { (element) throws(PlatformError) in
                try add(element, kind, layout, to: &rows)
            }
        }
        guard !rows.isFull else { throw tooMany(layout) }
        guard datatype.accepts(value) else {
            let shown = value.text(limitBytes: 100)
            throw PlatformError("element \(rows.count), \(shown), is not a valid \(datatype.rawValue)")
        }
        try rows.append { (text) throws(PlatformError) in
            switch kind {
            case .file: appendFile(value, to: &text)
            case .json where value.kind == .string: value.withStringBytes { Self.appendAny($0, to: &text) }
            default: value.writeAsRead(to: &text)
            }
        }
    }

    private func appendFile(_ value: JSONValue, to text: inout [UInt8]) {
        let isURL = value.withStringBytes { FileText.isURL($0) } ?? false
        if isURL {
            value.writeAsRead(to: &text)
        } else {
            FileText.append(base64: value, type: fileType, to: &text)
        }
    }

    private var fileType: String {
        contentType.flatMap { FileText.isMediaType($0) ? $0 : nil } ?? FileText.unknownType
    }

    /// Appends a value of any type: the bytes themselves if they are JSON, otherwise a string.
    private static func appendAny(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        if (try? JSONDocument(parsing: bytes)) != nil {  // text that isn't JSON is not an error
            text.append(contentsOf: bytes)
        } else {
            appendJSONString(bytes, to: &text)
        }
    }

    // MARK: - Binary

    private func add(
        _ bytes: UnsafeRawBufferPointer, _ kind: ModelSignature.Kind, _ layout: TensorLayout, to rows: inout TensorRows
    ) throws(PlatformError) {
        guard let size = datatype.size else { return try addElements(of: bytes, kind, layout, to: &rows) }
        let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: size)
        guard rest == 0 else {
            throw PlatformError("the binary data has \(bytes.count) bytes, which is not a multiple of \(size)")
        }
        guard count <= layout.count else { throw tooMany(layout) }
        for index in 0..<count {
            let element = UnsafeRawBufferPointer(rebasing: bytes[(index * size)..<((index + 1) * size)])
            try rows.append { (text) throws(PlatformError) in
                guard datatype.append(element, to: &text) else {
                    throw PlatformError("element \(index) is not a finite number; JSON has no form for it")
                }
            }
        }
    }

    /// Adds elements of BYTES, each preceded by its length in four bytes.
    private func addElements(
        of bytes: UnsafeRawBufferPointer, _ kind: ModelSignature.Kind, _ layout: TensorLayout, to rows: inout TensorRows
    ) throws(PlatformError) {
        var rest = bytes
        while !rest.isEmpty {
            guard !rows.isFull else { throw tooMany(layout) }
            guard rest.count >= 4 else { throw PlatformError("the binary data ends within an element's length") }
            let length = Int(UInt32(littleEndian: rest.loadUnaligned(as: UInt32.self)))
            guard rest.count - 4 >= length else { throw PlatformError("the binary data ends within an element") }
            let element = UnsafeRawBufferPointer(rebasing: rest[4..<(4 + length)])
            rest = UnsafeRawBufferPointer(rebasing: rest[(4 + length)...])
            let index = rows.count
            try rows.append { (text) throws(PlatformError) in try append(element, kind, index, to: &text) }
        }
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer, _ kind: ModelSignature.Kind, _ index: Int, to text: inout [UInt8]
    ) throws(PlatformError) {
        let isContents = kind == .file && contentType != "base64" && !FileText.isURL(bytes)
        if isContents { return FileText.append(contents: bytes, type: fileType, to: &text) }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw PlatformError("element \(index) is not UTF-8")
        }
        if kind == .file, !FileText.isURL(bytes) {
            FileText.append(base64: bytes, type: fileType, to: &text)
        } else if kind == .json {
            Self.appendAny(bytes, to: &text)
        } else {
            appendJSONString(bytes, to: &text)
        }
    }
}
