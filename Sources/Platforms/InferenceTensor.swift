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
            case .json(let value): try add(all: value, kind.leaf, layout, to: &rows)
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

    /// Adds all elements, which are in one list, or in lists within lists as the shape says.
    private func add(
        all value: JSONValue, _ kind: ModelSignature.Kind, _ layout: TensorLayout, to rows: inout TensorRows
    ) throws(PlatformError) {
        var count = 0
        var isNested = false
        try value.forEachElement { (element) throws(PlatformError) in
            if count == 0 { isNested = shape.count > 1 && element.kind == .array }
            count += 1
            try add(element, at: isNested ? shape.dropFirst() : [], kind, layout, to: &rows)
        }
        if isNested { try compare(count, shape[0]) }
    }

    /// Adds the elements of a part of the data that has the dimensions `shape`.
    private func add(
        _ value: JSONValue, at shape: ArraySlice<Int>, _ kind: ModelSignature.Kind, _ layout: TensorLayout,
        to rows: inout TensorRows
    ) throws(PlatformError) {
        guard let dimension = shape.first else { return try add(value, kind, layout, to: &rows) }
        guard value.kind == .array else {
            let shown = value.text(limitBytes: 100)
            throw PlatformError(
                "the data has \(shown) in the place of a list of \(dimension): its shape is \(self.shape)")
        }
        var count = 0
        try value.forEachElement { (element) throws(PlatformError) in
            count += 1
            try add(element, at: shape.dropFirst(), kind, layout, to: &rows)
        }
        try compare(count, dimension)
    }

    private func compare(_ count: Int, _ dimension: Int) throws(PlatformError) {
        guard count == dimension else {
            throw PlatformError(
                "the data has a list of \(count) in the place of one of \(dimension): its shape is \(shape)")
        }
    }

    /// Adds an element.
    private func add(
        _ value: JSONValue, _ kind: ModelSignature.Kind, _ layout: TensorLayout, to rows: inout TensorRows
    ) throws(PlatformError) {
        guard !rows.isFull else { throw tooMany(layout) }
        guard datatype.accepts(value) else {
            let shown = value.text(limitBytes: 100)
            throw PlatformError("element \(rows.count), \(shown), is not a valid \(datatype.rawValue)")
        }
        try rows.append { (text) throws(PlatformError) in
            switch kind {
            case .file: try appendFile(value, to: &text)
            case .json where value.kind == .string: value.withStringBytes { Self.appendAny($0, to: &text) }
            default: value.writeAsRead(to: &text)
            }
        }
    }

    private func appendFile(_ value: JSONValue, to text: inout [UInt8]) throws(PlatformError) {
        switch value.withStringBytes(FileText.Form.init) ?? .base64 {
        case .url: value.writeAsRead(to: &text)
        case .base64: FileText.append(base64: value, type: fileType, to: &text)
        case .otherURL: throw FileText.otherURL
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
        let form = FileText.Form(bytes)
        let isContents = kind == .file && contentType != "base64" && form != .url
        if isContents { return FileText.append(contents: bytes, type: fileType, to: &text) }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw PlatformError("element \(index) is not UTF-8")
        }
        if kind == .file, form == .otherURL { throw FileText.otherURL }
        if kind == .file, form == .base64 {
            FileText.append(base64: bytes, type: fileType, to: &text)
        } else if kind == .json {
            Self.appendAny(bytes, to: &text)
        } else {
            appendJSONString(bytes, to: &text)
        }
    }
}
