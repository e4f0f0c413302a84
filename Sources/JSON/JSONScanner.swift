/// What a look over a JSON text has found, before json-c sees it.
struct JSONScan {
    /// Contents, without the quotes, of string literals longer than the limit.
    var longStrings: [JSONLongString] = []
    /// Integers that json-c can't hold: beyond 64 bits, and -0.
    var wideIntegers: [Range<Int>] = []
    /// The keys of the outermost object, quotes left off, escapes as written.
    var outerKeys: [Range<Int>] = []
    /// Whether one of them holds escapes.
    var hasEscapedOuterKeys = false
}

/// Looks over a JSON text once: checks every token, as json-c is lenient there even when told to be strict (it takes
/// NaN, `00`, raw control characters, lone surrogates and numbers that overflow), and finds what json-c is too slow for
/// or can't hold. The grammar, that is which token may follow which, is left to json-c.
struct JSONScanner {
    /// Longer integers are refused: Python refuses them too, for the time that reading them takes.
    private static let integerDigitLimit = 4300

    private let text: UnsafeRawBufferPointer
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let longStringBytes: Int
    private let depthLimit: Int
    private var position = 0
    private var depth = 0
    private var isOuterObject = false
    private var expectsKey = false
    private var isComplete = false
    private var found = JSONScan()

    private init(_ text: UnsafeRawBufferPointer, longStringBytes: Int, depthLimit: Int) {
        self.text = text
        base = text.baseAddress!.assumingMemoryBound(to: UInt8.self)
        end = text.count
        self.longStringBytes = longStringBytes
        self.depthLimit = depthLimit
    }

    /// Looks over `text`.
    static func scan(
        _ text: UnsafeRawBufferPointer, longStringBytes: Int, depthLimit: Int
    ) throws(JSONError) -> JSONScan {
        guard !text.isEmpty else { throw JSONError("EOF while parsing a value", at: 0, in: text) }
        var scanner = JSONScanner(text, longStringBytes: longStringBytes, depthLimit: depthLimit)
        try scanner.run()
        return scanner.found
    }

    private mutating func run() throws(JSONError) {
        while position < end {
            let byte = base[position]
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                position += 1
                continue
            }
            guard !isComplete else { throw failure("trailing characters", at: position + 1) }
            switch byte {
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "{"), UInt8(ascii: "["): try open(byte)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: ","):
                expectsKey = depth == 1
                position += 1
            case UInt8(ascii: ":"):
                expectsKey = false
                position += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            case UInt8(ascii: "t"): try literal("true")
            case UInt8(ascii: "f"): try literal("false")
            case UInt8(ascii: "n"): try literal("null")
            default: throw failure("expected value", at: position + 1)
            }
            isComplete = depth <= 0
        }
    }

    private func failure(_ message: String, at offset: Int) -> JSONError {
        JSONError(message, at: min(offset, end), in: text)
    }

    private mutating func open(_ byte: UInt8) throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw failure("recursion limit exceeded", at: position + 1) }
        if depth == 1 {
            isOuterObject = byte == UInt8(ascii: "{")
            expectsKey = true
        }
        position += 1
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < end else { throw failure("EOF while parsing a value", at: end) }
            guard base[position] == word.utf8Start[index] else { throw failure("expected ident", at: position + 1) }
            position += 1
        }
    }

    // MARK: - Numbers

    private mutating func number() throws(JSONError) {
        let start = position
        if base[position] == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try digits()
        if base[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 {
            throw failure("invalid number", at: integerStart + 2)
        }
        let integerDigits = position - integerStart
        var isInteger = true
        if position < end, base[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if position < end, base[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < end, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
            if position - start > 4 { try checkRange(start..<position) }
        } else if position - start > 300 {
            if !isInteger { try checkRange(start..<position) }
        }
        // json-c knows no -0.
        let isMinusZero = integerStart > start && base[integerStart] == UInt8(ascii: "0")
        if isInteger, isMinusZero || integerDigits >= 19 && !fits(start..<position) {
            guard integerDigits <= Self.integerDigitLimit else { throw failure("number out of range", at: position) }
            found.wideIntegers.append(start..<position)
        }
    }

    private mutating func digits() throws(JSONError) {
        guard position < end else { throw failure("EOF while parsing a value", at: end) }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(base[position]) else {
            throw failure("invalid number", at: position + 1)
        }
        while position < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(base[position]) { position += 1 }
    }

    private func checkRange(_ range: Range<Int>) throws(JSONError) {
        guard let value = Double(spelling(range)), value.isFinite else {
            throw failure("number out of range", at: range.upperBound)
        }
    }

    private func fits(_ range: Range<Int>) -> Bool {
        let text = spelling(range)
        return Int64(text) != nil || UInt64(text) != nil
    }

    private func spelling(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: text[range]), as: UTF8.self)
    }

    // MARK: - Strings

    private mutating func string() throws(JSONError) {
        let start = position + 1
        position = start
        var hasEscapes = false
        var hasEscapedZero = false
        while true {
            position = Self.plainEnd(base, position, end)
            guard position < end else { throw failure("EOF while parsing a string", at: end) }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                if try escape() == 0 { hasEscapedZero = true }
            } else if byte < 0x20 {
                throw failure("control character (\\u0000-\\u001F) found while parsing a string", at: position + 1)
            } else {
                let length = Self.characterLength(base + position, end - position)
                guard length > 0 else { throw failure("invalid unicode code point", at: position + 1) }
                position += length
            }
        }
        let contents = start..<position
        position += 1
        if depth == 1, isOuterObject, expectsKey {
            found.outerKeys.append(contents)
            if hasEscapes { found.hasEscapedOuterKeys = true }
        } else if contents.count > longStringBytes, !isKey {
            found.longStrings.append(JSONLongString(range: contents, hasEscapes: hasEscapes))
        }
        // json-c's keys end at the first zero byte: `{"id\u0000x": …}` would be taken for `id`.
        if hasEscapedZero, isKey { throw failure("key contains the character U+0000", at: position) }
    }

    /// Whether the string that was just read is a key.
    private var isKey: Bool {
        var next = position
        while next < end, base[next] == 0x20 || base[next] == 0x09 || base[next] == 0x0A || base[next] == 0x0D {
            next += 1
        }
        return next < end && base[next] == UInt8(ascii: ":")
    }

    /// The next byte that needs a look: a quote, a backslash, a control character, or one outside of ASCII.
    private static func plainEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var position = start
        while end - position >= 8 {
            let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            // A byte that is 0, or below 0x20, borrows: its high bit appears. As bytes outside of ASCII end the run
            // anyway, nothing needs to be masked, and wrong bits arise only above a right one.
            let quote = (word ^ (ones &* 0x22)) &- ones
            let backslash = (word ^ (ones &* 0x5C)) &- ones
            let control = word &- ones &* 0x20
            if (quote | backslash | control | word) & highs != 0 { break }
            position += 8
        }
        while position < end {
            let byte = base[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { break }
            position += 1
        }
        return position
    }

    /// The length of the UTF-8 character beyond ASCII at the start of `count` bytes; 0 if it is malformed (RFC 3629
    /// section 4).
    private static func characterLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        func isTail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            offset < count && range.contains(bytes[offset])
        }
        switch bytes[0] {
        case 0xC2...0xDF: return isTail(1) ? 2 : 0
        case 0xE0: return isTail(1, 0xA0...0xBF) && isTail(2) ? 3 : 0
        case 0xED: return isTail(1, 0x80...0x9F) && isTail(2) ? 3 : 0
        case 0xE1...0xEF: return isTail(1) && isTail(2) ? 3 : 0
        case 0xF0: return isTail(1, 0x90...0xBF) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF1...0xF3: return isTail(1) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF4: return isTail(1, 0x80...0x8F) && isTail(2) && isTail(3) ? 4 : 0
        default: return 0
        }
    }

    /// Reads an escape; of a `\u` escape the code unit.
    private mutating func escape() throws(JSONError) -> UInt16? {
        guard position + 1 < end else { throw failure("EOF while parsing a string", at: end) }
        switch base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
            return nil
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if (0xDC00...0xDFFF).contains(unit) { throw failure("lone trailing surrogate in hex escape", at: position) }
            guard (0xD800...0xDBFF).contains(unit) else { return unit }
            guard position + 1 < end, base[position] == UInt8(ascii: "\\"), base[position + 1] == UInt8(ascii: "u"),
                (0xDC00...0xDFFF).contains(try hexUnit())
            else { throw failure("unexpected end of hex escape", at: position + 1) }
            return unit
        default:
            throw failure("invalid escape", at: position + 2)
        }
    }

    /// Reads `\uXXXX` at the position.
    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard position + 6 <= end else { throw failure("EOF while parsing a string", at: end) }
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            let byte = base[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - 87)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(byte - 55)
            default: throw failure("invalid escape", at: index + 1)
            }
        }
        position += 6
        return unit
    }
}
