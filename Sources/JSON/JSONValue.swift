internal import CJSON
import Glibc

/// A value of a ``JSONDocument``: a light handle that keeps the document alive.
public struct JSONValue {
    /// What a value is. A number with a fraction or an exponent is a `number` even when it is whole.
    public enum Kind: Sendable {
        case null, boolean, integer, number, string, array, object
    }

    /// Put behind integers that json-c can't hold, on their way into it.
    ///
    /// Nobody else is likely to write a number so, and if so, it is worth the same without.
    static let wideIntegerMark = "e-00"

    private let object: OpaquePointer?
    private let document: JSONDocument

    init(_ object: OpaquePointer?, in document: JSONDocument) {
        self.object = object
        self.document = document
    }

    /// What the value is.
    public var kind: Kind {
        switch json_object_get_type(object) {
        case json_type_boolean: .boolean
        case json_type_int: .integer
        case json_type_double: isWideInteger ? .integer : .number
        case json_type_string: .string
        case json_type_array: .array
        case json_type_object: .object
        default: .null
        }
    }

    // MARK: - Containers

    /// A member of an object; nil if there is none, or the value is no object.
    public subscript(key: String) -> JSONValue? {
        var member: OpaquePointer?
        guard json_object_get_type(object) == json_type_object, json_object_object_get_ex(object, key, &member) != 0
        else { return nil }
        return JSONValue(member, in: document)
    }

    /// An element of an array; the index must be less than ``count``.
    public subscript(index: Int) -> JSONValue {
        precondition(index >= 0 && index < count)
        return JSONValue(json_object_array_get_idx(object, index), in: document)
    }

    /// How many members or elements there are; 0 for anything but objects and arrays.
    public var count: Int {
        switch json_object_get_type(object) {
        case json_type_array: Int(json_object_array_length(object))
        case json_type_object: Int(json_object_object_length(object))
        default: 0
        }
    }

    /// Visits the members of an object in their order.
    public func forEachMember<Failure: Error>(
        _ body: (_ key: String, _ value: JSONValue) throws(Failure) -> Void
    ) throws(Failure) {
        guard json_object_get_type(object) == json_type_object else { return }
        var entry = json_object_get_object(object)?.pointee.head
        while let current = entry {
            let key = String(cString: current.pointee.k.assumingMemoryBound(to: CChar.self))
            try body(key, JSONValue(current.pointee.v.map { OpaquePointer($0) }, in: document))
            entry = current.pointee.next
        }
    }

    // MARK: - Scalars

    /// A string's text.
    public var string: String? {
        withStringBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The UTF-8 bytes of a string; nil for anything else. A long string without escapes is not copied.
    public func withStringBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        guard json_object_get_type(object) == json_type_string else { return nil }
        if let index = longStringIndex {
            let long = document.longStrings[index]
            let contents = UnsafeRawBufferPointer(rebasing: document.source[long.range])
            return long.hasEscapes ? unescaped(contents).withUnsafeBytes(body) : body(contents)
        }
        return body(rawString)
    }

    /// Which of the document's long strings this is.
    public var longStringIndex: Int? {
        guard !document.longStrings.isEmpty, json_object_get_type(object) == json_type_string else { return nil }
        return document.longStringIndex(rawString)
    }

    /// A string as json-c has it: of a long one the placeholder.
    private var rawString: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: json_object_get_string(object), count: Int(json_object_get_string_len(object)))
    }

    /// An integer of at most 64 bits with sign.
    public var int: Int? {
        guard json_object_get_type(object) == json_type_int else {
            return isWideInteger && json_object_get_double(object) == 0 ? 0 : nil  // -0
        }
        let value = json_object_get_int64(object)
        return value == .max && json_object_get_uint64(object) != UInt64(value) ? nil : Int(value)
    }

    /// Any number, as near as a double gets.
    public var double: Double? {
        switch json_object_get_type(object) {
        case json_type_int:
            let value = json_object_get_int64(object)
            return value == .max ? Double(json_object_get_uint64(object)) : Double(value)
        case json_type_double: return json_object_get_double(object)
        default: return nil
        }
    }

    /// A truth value.
    public var bool: Bool? {
        json_object_get_type(object) == json_type_boolean ? json_object_get_boolean(object) != 0 : nil
    }

    private var isWideInteger: Bool {
        spelling.map { $0.suffix(Self.wideIntegerMark.utf8.count).elementsEqual(Self.wideIntegerMark.utf8) } ?? false
    }

    /// A double's text as json-c was given it. Valid as long as the document.
    private var spelling: UnsafeRawBufferPointer? {
        guard json_object_get_type(object) == json_type_double, let text = json_object_get_userdata(object) else {
            return nil
        }
        return UnsafeRawBufferPointer(start: text, count: strlen(text.assumingMemoryBound(to: CChar.self)))
    }

    /// The value of a string whose contents hold escapes.
    private func unescaped(_ contents: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "\"")]
        text.append(contentsOf: contents)
        text.append(UInt8(ascii: "\""))
        return text.withUnsafeBytes { bytes in
            guard let parsed = try? JSONTokener.parse(bytes, depthLimit: 1) else { return [] }  // Was scanned before.
            defer { json_object_put(parsed) }
            return [UInt8](
                UnsafeRawBufferPointer(
                    start: json_object_get_string(parsed), count: Int(json_object_get_string_len(parsed))))
        }
    }

    // MARK: - Text

    /// Appends the value as compact JSON.
    ///
    /// - Parameters:
    ///   - output: the text so far.
    ///   - sortedKeys: members are written in the order of their keys' code points.
    ///   - normalizedNumbers: doubles are spelled as ``appendJSONNumber(_:to:)`` does, not as they were read.
    public func write(to output: inout [UInt8], sortedKeys: Bool = false, normalizedNumbers: Bool = false) {
        switch json_object_get_type(object) {
        case json_type_boolean:
            output.append(contentsOf: (json_object_get_boolean(object) != 0 ? "true" : "false").utf8)
        case json_type_double where normalizedNumbers && !isWideInteger:
            appendJSONNumber(json_object_get_double(object), to: &output)
        case json_type_int, json_type_double: writeNumber(to: &output)
        case json_type_string: writeString(to: &output)
        case json_type_array:
            output.append(UInt8(ascii: "["))
            for index in 0..<count {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                self[index].write(to: &output, sortedKeys: sortedKeys, normalizedNumbers: normalizedNumbers)
            }
            output.append(UInt8(ascii: "]"))
        case json_type_object: writeObject(to: &output, sortedKeys, normalizedNumbers)
        default: output.append(contentsOf: "null".utf8)
        }
    }

    /// The value as compact JSON text.
    public func text(sortedKeys: Bool = false, normalizedNumbers: Bool = false) -> String {
        var output: [UInt8] = []
        write(to: &output, sortedKeys: sortedKeys, normalizedNumbers: normalizedNumbers)
        return String(decoding: output, as: UTF8.self)
    }

    private func writeNumber(to output: inout [UInt8]) {
        if json_object_get_type(object) == json_type_int {
            let value = json_object_get_int64(object)
            // Above the signed range json-c returns its end.
            if value == .max {
                appendDecimal(json_object_get_uint64(object), to: &output)
            } else {
                appendDecimal(value, to: &output)
            }
        } else if let spelling {
            output.append(contentsOf: spelling.dropLast(isWideInteger ? Self.wideIntegerMark.utf8.count : 0))
        }
    }

    private func writeString(to output: inout [UInt8]) {
        if let index = longStringIndex {
            // As it was written: the contents are a checked JSON string already.
            output.append(UInt8(ascii: "\""))
            output.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: document.source[document.longStrings[index].range]))
            output.append(UInt8(ascii: "\""))
        } else {
            _ = withStringBytes { appendJSONString($0, to: &output) }
        }
    }

    private func writeObject(to output: inout [UInt8], _ sortedKeys: Bool, _ normalizedNumbers: Bool) {
        var members: [(key: String, value: JSONValue)] = []
        forEachMember { members.append(($0, $1)) }
        // By code point, which is the order of the UTF-8 bytes.
        if sortedKeys { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            appendJSONString(member.key, to: &output)
            output.append(UInt8(ascii: ":"))
            member.value.write(to: &output, sortedKeys: sortedKeys, normalizedNumbers: normalizedNumbers)
        }
        output.append(UInt8(ascii: "}"))
    }
}

@available(*, unavailable)
extension JSONValue: Sendable {}
