internal import CJSONScanner

/// Navigation in the text, which is known to be well-formed. Positions count from its start.
extension JSONDocument {
    private var base: UnsafePointer<UInt8> { text.baseAddress!.assumingMemoryBound(to: UInt8.self) }

    /// The next position that holds no whitespace.
    func spaceEnd(_ position: Int) -> Int { cogjson_space_end(base, position, text.count) }

    /// The end of the value that starts at `position`.
    func valueEnd(_ position: Int) -> Int {
        cogjson_value_end(base, position, text.count, longStrings.baseAddress, longStrings.count)
    }

    /// The part of the string at `position` that is known to hold only base64 characters.
    func base64Range(ofStringAt position: Int) -> Range<Int>? {
        guard let known = longStrings.first(where: { $0.place.start == position }) else { return nil }
        return known.base64.start..<known.base64.end
    }

    /// The position of the value whose key starts, with its quote, at `position`.
    func memberValue(_ position: Int) -> Int { spaceEnd(spaceEnd(valueEnd(position)) + 1) }

    /// The bytes between a string's quotes; its opening quote is at `position`.
    func contents(_ position: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[position + 1..<valueEnd(position) - 1])
    }

    /// The bytes of the string at `position`, copied only if it has escapes.
    func withString<Value>(_ position: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withContents(position + 1..<valueEnd(position) - 1, body)
    }

    /// The bytes of the string between these quotes, copied only if it has escapes.
    func withContents<Value>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let contents = UnsafeRawBufferPointer(rebasing: text[range])
        guard hasJSONEscapes(contents) else { return body(contents) }
        return unescapedJSON(contents).withUnsafeBytes(body)
    }

    /// Visits the contents of a container in text order: its elements or its keys. `body` gets the start of each and
    /// returns the end of what belongs to it, or nil to stop.
    func walk(_ container: Int, _ body: (Int) -> Int?) {
        var position = spaceEnd(container + 1)
        while text[position] | 0x20 != UInt8(ascii: "}") {  // ] and } differ in one bit.
            guard let end = body(position) else { return }
            position = spaceEnd(end)
            if text[position] == UInt8(ascii: ",") { position = spaceEnd(position + 1) }
        }
    }

    /// Visits all members of an object in text order, including repeated ones, until `body` returns false.
    func walkMembers(_ object: Int, _ body: (_ key: Int, _ value: Int, _ end: Int) -> Bool) {
        walk(object) { key in
            let value = memberValue(key)
            let end = valueEnd(value)
            return body(key, value, end) ? end : nil
        }
    }
}

/// Whether the contents of a well-formed JSON string contain escapes.
public func hasJSONEscapes(_ contents: UnsafeRawBufferPointer) -> Bool {
    cogjson_has_escapes(contents.baseAddress?.assumingMemoryBound(to: UInt8.self), contents.count)
}

/// The unescaped contents of a well-formed JSON string.
public func unescapedJSON(_ contents: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: contents.count) { output, count in
        count = cogjson_unescape(
            contents.baseAddress?.assumingMemoryBound(to: UInt8.self), contents.count, output.baseAddress)
    }
}
