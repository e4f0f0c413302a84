extension JSONValue {
    /// Appends the value as compact JSON.
    ///
    /// - Parameters:
    ///   - output: the text so far.
    ///   - sortedKeys: whether to write members in the order of their keys' code points.
    ///   - normalizedNumbers: whether to spell doubles as ``appendJSONNumber(_:to:)`` does instead of as they were
    ///     read.
    public func write(to output: inout [UInt8], sortedKeys: Bool = false, normalizedNumbers: Bool = false) {
        write(to: &output, Style(sortedKeys: sortedKeys, normalizedNumbers: normalizedNumbers))
    }

    /// Appends the value as it was read, at the cost of a copy.
    public func writeAsRead(to output: inout [UInt8]) {
        output.append(contentsOf: spelling)
    }

    /// The value as compact JSON text. If it is longer than `limitBytes`, only the beginning is made, followed by an
    /// ellipsis.
    public func text(sortedKeys: Bool = false, normalizedNumbers: Bool = false, limitBytes: Int = .max) -> String {
        var output: [UInt8] = []
        write(
            to: &output,
            Style(sortedKeys: sortedKeys, normalizedNumbers: normalizedNumbers, limitBytes: limitBytes))
        guard output.count > limitBytes else { return String(decoding: output, as: UTF8.self) }
        var end = limitBytes
        while end > 0, output[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: output[..<end], as: UTF8.self) + "…"
    }

    private struct Style {
        var sortedKeys = false
        var normalizedNumbers = false
        /// Output beyond this many bytes may be omitted.
        var limitBytes = Int.max
    }

    private func write(to output: inout [UInt8], _ style: Style) {
        guard output.count <= style.limitBytes else { return }
        switch kind {
        case .number where style.normalizedNumbers: appendJSONNumber(double ?? 0, to: &output)
        case .null, .boolean, .integer, .number: output.append(contentsOf: spelling)
        case .string: writeString(at: start, to: &output)
        case .array:
            output.append(UInt8(ascii: "["))
            var isFirst = true
            document.walk(start) { element in
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONValue(in: document, from: element).write(to: &output, style)
                return output.count > style.limitBytes ? nil : document.valueEnd(element)
            }
            output.append(UInt8(ascii: "]"))
        case .object: writeObject(to: &output, style)
        }
    }

    /// Appends a string as it was written, or without its needless escapes.
    private func writeString(at position: Int, to output: inout [UInt8]) {
        let contents = document.contents(position)
        if hasJSONEscapes(contents) {
            appendJSONString(unescapedJSON(contents), to: &output)
        } else {
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: contents)
            output.append(UInt8(ascii: "\""))
        }
    }

    private func writeObject(to output: inout [UInt8], _ style: Style) {
        var keys = JSONMembers(of: start, in: document).keys
        if style.sortedKeys {
            // By code point, which is the order of the UTF-8 bytes.
            keys.sort { left, right in
                document.withString(Int(left)) { left in
                    document.withString(Int(right)) { left.lexicographicallyPrecedes($0) }
                }
            }
        }
        output.append(UInt8(ascii: "{"))
        for (index, key) in keys.enumerated() where output.count <= style.limitBytes {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            writeString(at: Int(key), to: &output)
            output.append(UInt8(ascii: ":"))
            JSONValue(in: document, from: document.memberValue(Int(key))).write(to: &output, style)
        }
        output.append(UInt8(ascii: "}"))
    }
}
