/// Appends `bytes`, which are UTF-8, as a JSON string: only what RFC 8259 section 7 demands is escaped.
public func appendJSONString(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    output.reserveCapacity(output.count + bytes.count + 2)
    output.append(UInt8(ascii: "\""))
    var start = 0
    for index in bytes.indices {
        let byte = bytes[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
        appendEscape(of: byte, to: &output)
        start = index + 1
    }
    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    output.append(UInt8(ascii: "\""))
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

/// Appends `value` in the shortest form that reads back the same: plain for decimal exponents from -5 to 15, with `.0` for
/// whole numbers, else with an exponent. Infinities and NaN have no JSON form; they become `null`.
public func appendJSONNumber(_ value: Double, to output: inout [UInt8]) {
    guard value.isFinite else {
        output.append(contentsOf: "null".utf8)
        return
    }
    // `description` gives the shortest digits: `100.0`, `1e-06`, `1.5e+300`. Only the layout differs.
    var digits: [UInt8] = []
    var exponent = 0
    var pointAt: Int?
    var isNegative = false
    var bytes = value.description.utf8.makeIterator()
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
