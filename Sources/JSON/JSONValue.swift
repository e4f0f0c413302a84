/// A value of a ``JSONDocument``, represented by its position in the text.
///
/// Nothing is built: lookups search the text. Objects keep the order of their members; for a repeated name, the last
/// value counts. Numbers keep their spelling, and integers may have any size.
public struct JSONValue: Sendable {
    /// The type of a value. A number with a fraction or an exponent is a `number` even if it is whole.
    public enum Kind: Sendable {
        case null, boolean, integer, number, string, array, object
    }

    let document: JSONDocument
    let start: Int
    /// The end of the value; 0 until somebody has looked for it.
    private let knownEnd: Int

    init(in document: JSONDocument, from start: Int, to end: Int = 0) {
        self.document = document
        self.start = start
        knownEnd = end
    }

    /// The position of the value in the document's text.
    public var range: Range<Int> { start..<(knownEnd > 0 ? knownEnd : document.valueEnd(start)) }

    /// The text as it was read. Valid while the document lives.
    var spelling: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: document.text[range]) }

    private var first: UInt8 { document.text[start] }

    /// What the value is.
    public var kind: Kind {
        switch first {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: spelling.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") } ? .number : .integer
        }
    }

    // MARK: - Containers

    /// A member of an object; nil if there is none or the value isn't an object. Searches the whole object.
    public subscript(key: String) -> JSONValue? {
        guard first == UInt8(ascii: "{") else { return nil }
        var key = key
        return key.withUTF8 { wanted in
            var found: JSONValue?
            document.walkMembers(start) { key, value, end in
                if document.withString(key, { $0.elementsEqual(wanted) }) {
                    found = JSONValue(in: document, from: value, to: end)
                }
                return true
            }
            return found
        }
    }

    /// An element of an array; the index must be less than ``count``. Walks over all elements before it; to visit many,
    /// use ``forEachElement(_:)``.
    public subscript(index: Int) -> JSONValue {
        var rest = index
        var found: Int?
        if first == UInt8(ascii: "[") {
            document.walk(start) { element in
                if rest == 0 { found = element }
                rest -= 1
                return found == nil ? document.valueEnd(element) : nil
            }
        }
        guard let found, index >= 0 else { preconditionFailure("there is no element \(index)") }
        return JSONValue(in: document, from: found)
    }

    /// The number of members or elements; 0 for other values. Walks over all of them.
    public var count: Int {
        switch first {
        case UInt8(ascii: "{"): return JSONMembers(of: start, in: document).keys.count
        case UInt8(ascii: "["):
            var count = 0
            document.walk(start) { element in
                count += 1
                return document.valueEnd(element)
            }
            return count
        default: return 0
        }
    }

    /// Visits the elements of an array.
    public func forEachElement<Failure: Error>(
        _ body: (_ element: JSONValue) throws(Failure) -> Void
    ) throws(Failure) {
        guard first == UInt8(ascii: "[") else { return }
        var failure: Failure?
        document.walk(start) { element in
            let end = document.valueEnd(element)
            do throws(Failure) {
                try body(JSONValue(in: document, from: element, to: end))
            } catch {
                failure = error
                return nil
            }
            return end
        }
        if let failure { throw failure }
    }

    /// The elements of an array; empty for other values. For arrays that are known to be small.
    public var elements: [JSONValue] {
        var elements: [JSONValue] = []
        forEachElement { elements.append($0) }
        return elements
    }

    /// Visits the members of an object in order.
    public func forEachMember<Failure: Error>(
        _ body: (_ key: String, _ value: JSONValue) throws(Failure) -> Void
    ) throws(Failure) {
        guard first == UInt8(ascii: "{") else { return }
        for key in JSONMembers(of: start, in: document).keys {
            let name = document.withString(Int(key)) { String(decoding: $0, as: UTF8.self) }
            try body(name, JSONValue(in: document, from: document.memberValue(Int(key))))
        }
    }

    /// Visits the members of an object as they appear in the text, including repeated ones. `range` extends from the
    /// name's opening quote to the end of the value.
    public func forEachPlace(_ body: (_ key: String, _ range: Range<Int>) -> Void) {
        guard first == UInt8(ascii: "{") else { return }
        document.walkMembers(start) { key, _, end in
            body(document.withString(key) { String(decoding: $0, as: UTF8.self) }, key..<end)
            return true
        }
    }

    // MARK: - Scalars

    /// A string's text.
    public var string: String? {
        withStringBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the UTF-8 bytes of a string; nil for other values. Copies them only if the text has escapes.
    public func withStringBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        guard first == UInt8(ascii: "\"") else { return nil }
        let range = range
        return document.withContents(range.lowerBound + 1..<range.upperBound - 1, body)
    }

    /// A part of a long string that is known to hold only base64 characters, because the scanner has checked it in
    /// passing; a position in the document's text.
    public var base64Range: Range<Int>? { document.base64Range(ofStringAt: start) }

    /// Whether a string starts with `start`, ignoring the case of ASCII letters; false for other values. `start` is in
    /// lower case. The cost doesn't depend on the string's length, unless its beginning has escapes.
    public func hasPrefixIgnoringCase(_ start: StaticString) -> Bool {
        guard first == UInt8(ascii: "\"") else { return false }
        // The quote that ends the string never matches the prefix.
        let shown = document.text[(self.start + 1)...].prefix(start.utf8CodeUnitCount)
        let bytes = UnsafeRawBufferPointer(rebasing: shown)
        if !bytes.contains(UInt8(ascii: "\\")) { return Self.begins(bytes, ignoringCase: start) }
        return withStringBytes { Self.begins($0, ignoringCase: start) } ?? false
    }

    /// Whether bytes start with `start`, ignoring the case of ASCII letters. `start` is in lower case.
    public static func begins(_ bytes: UnsafeRawBufferPointer, ignoringCase start: StaticString) -> Bool {
        guard bytes.count >= start.utf8CodeUnitCount else { return false }
        for (index, byte) in bytes.prefix(start.utf8CodeUnitCount).enumerated() {
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lower == start.utf8Start[index] else { return false }
        }
        return true
    }

    /// An integer that fits into 64 bits with sign.
    public var int: Int? {
        kind == .integer ? Int(String(decoding: spelling, as: UTF8.self)) : nil
    }

    /// Any number, as the nearest double.
    public var double: Double? {
        guard kind == .integer || kind == .number else { return nil }
        return Double(String(decoding: spelling, as: UTF8.self))
    }

    /// A truth value.
    public var bool: Bool? {
        switch first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }
}
