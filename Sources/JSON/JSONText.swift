internal import CText

/// Appends `bytes`, which are UTF-8, as a JSON string; escapes only what RFC 8259 section 7 requires.
public func appendJSONString(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    appendJSONStringContents(bytes, to: &output)
    output.append(UInt8(ascii: "\""))
}

/// Appends `bytes` as a part of a JSON string, without the quotes. A character may be split between parts.
public func appendJSONStringContents(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    var start = 0
    while true {
        let end = firstToEscape(bytes, from: start)
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        guard end < bytes.count else { break }
        appendEscape(of: bytes[end], to: &output)
        start = end + 1
    }
}

/// The first quote, backslash, or control character; the end if there is none.
private func firstToEscape(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    cogtext_escape_start(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), start, bytes.count)
}

/// Appends a decimal integer.
public func appendDecimal(_ value: some FixedWidthInteger, to output: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
        var position = 40
        var rest = value.magnitude
        repeat {
            position -= 1
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            digits[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        } while rest != 0
        if value < 0 {
            position -= 1
            digits[position] = UInt8(ascii: "-")
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[position...]))
    }
}

/// Appends `bytes`, which are UTF-8, as a JSON string.
public func appendJSONString(_ bytes: [UInt8], to output: inout [UInt8]) {
    bytes.withUnsafeBytes { appendJSONString($0, to: &output) }
}

/// Appends `text` as a JSON string.
public func appendJSONString(_ text: String, to output: inout [UInt8]) {
    var text = text
    text.withUTF8 { appendJSONString(UnsafeRawBufferPointer($0), to: &output) }
}

/// Appends `value` in the shortest form that reads back the same: plain for decimal exponents from -5 to 15, with `.0`
/// for whole numbers, otherwise with an exponent. Infinities and NaN have no JSON form; they become `null`.
public func appendJSONNumber(_ value: Double, to output: inout [UInt8]) {
    guard value.isFinite else {
        output.append(contentsOf: "null".utf8)
        return
    }
    // `description` gives the shortest digits: `100.0`, `1e-06`, `1.5e+300`. Only the layout of exponents differs.
    let description = value.description
    if value.magnitude < 1e15, !description.utf8.contains(UInt8(ascii: "e")) {
        output.append(contentsOf: description.utf8)
        return
    }
    var digits: [UInt8] = []
    var exponent = 0
    var pointAt: Int?
    var isNegative = false
    var bytes = description.utf8.makeIterator()
    while let byte = bytes.next() {
        switch byte {
        case UInt8(ascii: "-"): isNegative = true
        case UInt8(ascii: "."): pointAt = digits.count
        case UInt8(ascii: "e"):
            var text = ""
            while let rest = bytes.next() { text.unicodeScalars.append(Unicode.Scalar(rest)) }
            exponent = Int(text) ?? 0
        default: digits.append(byte)
        }
    }
    exponent += pointAt ?? digits.count  // value = 0.DIGITS × 10^exponent
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
        digits.removeFirst()
        exponent -= 1
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if isNegative { output.append(UInt8(ascii: "-")) }
    if digits == [UInt8(ascii: "0")] {
        output.append(contentsOf: "0.0".utf8)
    } else if (-4...16).contains(exponent) {
        appendPlain(digits, exponent, to: &output)
    } else {
        appendScientific(digits, exponent - 1, to: &output)
    }
}

private func appendPlain(_ digits: [UInt8], _ exponent: Int, to output: inout [UInt8]) {
    if exponent <= 0 {
        output.append(contentsOf: "0.".utf8)
        output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -exponent))
        output.append(contentsOf: digits)
    } else if digits.count <= exponent {
        output.append(contentsOf: digits)
        output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: exponent - digits.count))
        output.append(contentsOf: ".0".utf8)
    } else {
        output.append(contentsOf: digits[..<exponent])
        output.append(UInt8(ascii: "."))
        output.append(contentsOf: digits[exponent...])
    }
}

private func appendScientific(_ digits: [UInt8], _ exponent: Int, to output: inout [UInt8]) {
    output.append(digits[0])
    if digits.count > 1 {
        output.append(UInt8(ascii: "."))
        output.append(contentsOf: digits[1...])
    }
    output.append(UInt8(ascii: "e"))
    if exponent > 0 { output.append(UInt8(ascii: "+")) }
    output.append(contentsOf: String(exponent).utf8)
}

private func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): output.append(contentsOf: #"\""#.utf8)
    case UInt8(ascii: "\\"): output.append(contentsOf: #"\\"#.utf8)
    case 0x08: output.append(contentsOf: #"\b"#.utf8)
    case 0x09: output.append(contentsOf: #"\t"#.utf8)
    case 0x0A: output.append(contentsOf: #"\n"#.utf8)
    case 0x0C: output.append(contentsOf: #"\f"#.utf8)
    case 0x0D: output.append(contentsOf: #"\r"#.utf8)
    default:
        output.append(contentsOf: #"\u00"#.utf8)
        for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? 48 + digit : 87 + digit) }
    }
}
