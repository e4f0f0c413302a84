internal import CJSONScanner
internal import CText
import Glibc

/// Whether `text` is one JSON value by RFC 8259, in valid UTF-8.
///
/// Builds nothing and costs about as much as copying the text. For text that is passed on without being read.
public func isJSONText(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let start = text.baseAddress else { return false }
    var grammar = JSONGrammar(start.assumingMemoryBound(to: UInt8.self), count: text.count)
    return grammar.isText()
}

/// Reads a JSON text without keeping any of it, and without recursion.
struct JSONGrammar {
    /// How deeply containers may be nested. Python gives up long before.
    private static let depthLimit = 100_000

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private var position = 0
    /// Whether each open container is an object; the innermost comes last.
    private var open: [Bool] = []
    private var pace = cogjson_pace()

    init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        end = count
    }

    mutating func isText() -> Bool {
        while true {
            // A value, or the start of a container.
            skipSpace()
            guard position < end else { return false }
            switch base[position] {
            case UInt8(ascii: "{"):
                guard begin(isObject: true) else { return false }
                if !take(UInt8(ascii: "}")) {
                    guard isKey() else { return false }
                    continue
                }
                open.removeLast()
            case UInt8(ascii: "["):
                guard begin(isObject: false) else { return false }
                if !take(UInt8(ascii: "]")) { continue }
                open.removeLast()
            default:
                guard isScalar() else { return false }
            }
            // After a value: ends of containers, then a comma and the next value, or the end of the text.
            while let isObject = open.last, take(UInt8(ascii: isObject ? "}" : "]")) { open.removeLast() }
            guard let isObject = open.last else {
                skipSpace()
                return position == end
            }
            guard take(UInt8(ascii: ",")), !isObject || isKey() else { return false }
        }
    }

    private mutating func begin(isObject: Bool) -> Bool {
        guard open.count < Self.depthLimit else { return false }
        open.append(isObject)
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < end, case let byte = base[position], byte <= 0x20,
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        { position += 1 }
    }

    /// Skips whitespace and takes `byte` if it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < end, base[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func isKey() -> Bool {
        skipSpace()
        guard position < end, base[position] == UInt8(ascii: "\"") else { return false }
        return isString() && take(UInt8(ascii: ":"))
    }

    private mutating func isScalar() -> Bool {
        switch base[position] {
        case UInt8(ascii: "\""): isString()
        case UInt8(ascii: "t"): isWord("true")
        case UInt8(ascii: "f"): isWord("false")
        case UInt8(ascii: "n"): isWord("null")
        default: isNumber()
        }
    }

    private mutating func isWord(_ word: StaticString) -> Bool {
        guard end - position >= word.utf8CodeUnitCount,
            memcmp(base + position, word.utf8Start, word.utf8CodeUnitCount) == 0
        else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    private mutating func isNumber() -> Bool {
        let start = position
        var values = 0
        if open.last == false { position = cogjson_number_run(base, start, end, true, &pace, &values) }
        if values == 0 { position = cogjson_number_end(base, start, end) }
        return position > start
    }

    private mutating func isString() -> Bool {
        position += 1
        while true {
            position = cogtext_string_end(base, position, end)
            guard position < end else { return false }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return true
            }
            guard byte == UInt8(ascii: "\\"), isEscape() else { return false }
        }
    }

    private mutating func isEscape() -> Bool {
        guard position + 1 < end else { return false }
        switch base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
            return true
        case UInt8(ascii: "u"):
            guard end - position >= 6 else { return false }
            for index in position + 2..<position + 6 {
                let byte = base[index]
                guard byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6 else { return false }
            }
            position += 6
            return true
        default:
            return false
        }
    }
}
