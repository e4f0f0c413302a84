internal import CJSON

/// A string literal that was cut out of a text because of its length.
public struct JSONLongString: Equatable, Sendable {
    /// Where its contents, without the quotes, lie in the source.
    public let range: Range<Int>
    /// Whether the contents hold escapes, so that they are not the string's value as they are.
    public let hasEscapes: Bool
}

/// A JSON text and its values, by RFC 8259 and nothing beyond.
///
/// Objects keep the order of their members; of a repeated name the last value counts. Numbers keep their spelling, and
/// integers of any size survive. String literals above a limit are not handed to json-c, which looks at every byte
/// several times: the text it sees has placeholders in their stead.
public final class JSONDocument {
    /// What every placeholder begins with; the number of the long string follows. Random, so that nobody can forge one.
    public static let placeholder: String = {
        var generator = SystemRandomNumberGenerator()
        let nonce = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
        return "cog-string-\(nonce)-"
    }()

    private static let placeholderBytes = Array(placeholder.utf8)

    /// The long strings, in the order of the text.
    public let longStrings: [JSONLongString]
    /// The text with placeholders for the long strings; nil when there are none: the source itself will do.
    public let reducedText: [UInt8]?

    /// The source; valid while `owner` lives.
    let source: UnsafeRawBufferPointer
    private let owner: AnyObject?
    private let rootObject: OpaquePointer?
    private let outerKeys: [Range<Int>]
    private let hasEscapedOuterKeys: Bool

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8; white space around the value is allowed.
    ///   - owner: keeps `bytes` alive as long as the document, which long strings need.
    ///   - longStringBytes: above this length a string literal is cut out; only done when there is an owner.
    ///   - depthLimit: how many containers may lie in one another.
    /// - Throws: ``JSONError``.
    public init(
        parsing bytes: UnsafeRawBufferPointer, owner: AnyObject? = nil, longStringBytes: Int = 65_536,
        depthLimit: Int = 127
    ) throws(JSONError) {
        let scan = try JSONScanner.scan(
            bytes, longStringBytes: owner == nil ? .max : longStringBytes, depthLimit: depthLimit)
        source = bytes
        self.owner = owner
        longStrings = scan.longStrings
        outerKeys = scan.outerKeys
        hasEscapedOuterKeys = scan.hasEscapedOuterKeys
        reducedText = scan.longStrings.isEmpty ? nil : Self.edited(bytes, scan.longStrings, [])
        if scan.wideIntegers.isEmpty {
            if let reducedText {
                rootObject = try Self.parse(reducedText, depthLimit)
            } else {
                rootObject = try JSONTokener.parse(bytes, depthLimit: depthLimit)
            }
        } else {
            rootObject = try Self.parse(Self.edited(bytes, scan.longStrings, scan.wideIntegers), depthLimit)
        }
    }

    /// Reads a text that the document keeps.
    public static func parsing(_ text: String) throws(JSONError) -> JSONDocument {
        let kept = KeptText(text)
        return try JSONDocument(parsing: kept.bytes, owner: kept)
    }

    deinit {
        json_object_put(rootObject)
    }

    /// The value.
    public var root: JSONValue { JSONValue(rootObject, in: self) }

    /// The index that a placeholder names; nil for any other string.
    func longStringIndex(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let prefix = Self.placeholderBytes
        guard bytes.count > prefix.count, bytes.starts(with: prefix) else { return nil }
        return Int(String(decoding: bytes[prefix.count...], as: UTF8.self))
    }

    /// Names that stand more than once in the outermost object.
    public var repeatedOuterKeys: [String] {
        guard outerKeys.count > 1 else { return [] }
        // Cheap for all but the few that have something to say.
        guard hasEscapedOuterKeys || root.count < outerKeys.count else { return [] }
        var seen: Set<String> = []
        return outerKeys.map(key).filter { !seen.insert($0).inserted }
    }

    /// The value of an outer key, escapes decoded.
    private func key(_ range: Range<Int>) -> String {
        let quoted = UnsafeRawBufferPointer(rebasing: source[range.lowerBound - 1..<range.upperBound + 1])
        // Has been read before as part of the text.
        return (try? JSONDocument(parsing: quoted))?.root.string ?? ""
    }

    // MARK: - Making

    private static func parse(_ text: [UInt8], _ depthLimit: Int) throws(JSONError) -> OpaquePointer? {
        let result = text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONTokener.parse(bytes, depthLimit: depthLimit) }
        }
        return try result.get()
    }

    /// The text with placeholders for the long strings, and with wide integers spelled as json-c keeps them: a number
    /// with an exponent is a double to it, whose spelling it remembers.
    private static func edited(
        _ bytes: UnsafeRawBufferPointer, _ strings: [JSONLongString], _ integers: [Range<Int>]
    ) -> [UInt8] {
        var edits: [(range: Range<Int>, replacement: String?)] = strings.enumerated().map { index, string in
            (string.range, placeholder + String(index))
        }
        edits += integers.map { ($0.upperBound..<$0.upperBound, JSONValue.wideIntegerMark) }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        var output: [UInt8] = []
        var start = 0
        for edit in edits {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<edit.range.lowerBound]))
            output.append(contentsOf: (edit.replacement ?? "").utf8)
            start = edit.range.upperBound
        }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...]))
        return output
    }
}

@available(*, unavailable)
extension JSONDocument: Sendable {}

/// A text at an address that stays.
private final class KeptText {
    let bytes: UnsafeRawBufferPointer

    init(_ text: String) {
        var text = text
        bytes = text.withUTF8 { utf8 in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: utf8.count, alignment: 1)
            copy.copyMemory(from: UnsafeRawBufferPointer(utf8))
            return UnsafeRawBufferPointer(copy)
        }
    }

    deinit {
        bytes.deallocate()
    }
}
