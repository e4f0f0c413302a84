internal import CJSONScanner

/// A JSON text that has been read and is well-formed; its values are positions in it.
///
/// It never changes, so any thread may read it.
public final class JSONDocument: @unchecked Sendable {
    /// What the scanner knows about the first long strings.
    let longStrings: UnsafeMutableBufferPointer<cogjson_long_string>
    /// The text; valid while the document lives.
    let text: UnsafeRawBufferPointer
    /// Keeps the text alive and in place.
    private let owner: AnyObject

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8; whitespace around the value is allowed.
    ///   - owner: keeps `bytes` alive and unchanged while it exists; without one, the document makes a copy.
    ///   - depthLimit: how deeply containers may be nested.
    ///   - valueLimit: how many values the text may hold, at any depth, including containers; member names don't count.
    /// - Throws: ``JSONError``.
    public convenience init(
        parsing bytes: UnsafeRawBufferPointer, owner: AnyObject? = nil, depthLimit: Int = JSONScanner.depthLimit,
        valueLimit: Int = .max
    ) throws(JSONError) {
        let scanner = JSONScanner(depthLimit: depthLimit)
        try scanner.read(bytes, isFinal: true)
        guard scanner.valueCount <= valueLimit else {
            throw JSONError("more than \(valueLimit) values", at: bytes.count, in: bytes)
        }
        if let owner {
            self.init(checked: bytes, owner: owner, by: scanner)
        } else {
            let kept = KeptText(bytes)
            self.init(checked: kept.bytes, owner: kept, by: scanner)
        }
    }

    /// Makes a document from a text that has been read to its end and is well-formed.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - owner: keeps `text` alive and unchanged as long as it lives.
    ///   - scanner: what has read the text. It knows where long strings end.
    public init(checked text: UnsafeRawBufferPointer, owner: AnyObject, by scanner: JSONScanner? = nil) {
        self.text = text
        self.owner = owner
        longStrings = scanner?.longStrings() ?? UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    deinit {
        longStrings.deallocate()
    }

    /// Reads a text and keeps it.
    public static func parsing(_ text: String) throws(JSONError) -> JSONDocument {
        let kept = KeptText(text)
        return try JSONDocument(parsing: kept.bytes, owner: kept)
    }

    /// The outermost value.
    public var root: JSONValue { root(from: 0) }

    /// The outermost value of a text that begins at byte `start`.
    public func root(from start: Int) -> JSONValue { JSONValue(in: self, from: spaceEnd(start)) }

    /// The value in a part of the text.
    public func value(in range: Range<Int>) -> JSONValue {
        JSONValue(in: self, from: range.lowerBound, to: range.upperBound)
    }
}

/// A text at a fixed address.
private final class KeptText {
    let bytes: UnsafeRawBufferPointer

    convenience init(_ text: String) {
        var text = text
        self.init(text.withUTF8 { KeptText.copy(UnsafeRawBufferPointer($0)) })
    }

    convenience init(_ bytes: UnsafeRawBufferPointer) {
        self.init(KeptText.copy(bytes))
    }

    private init(_ copy: UnsafeMutableRawBufferPointer) {
        bytes = UnsafeRawBufferPointer(copy)
    }

    private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyMemory(from: bytes)
        return copy
    }

    deinit {
        bytes.deallocate()
    }
}
