/// Percent-encodes a component of a URL like `requests`: keeps existing escapes, in upper case, but decodes letters,
/// digits, and `-._~`. If any `%` doesn't begin an escape, encodes every `%`.
func requoted(_ component: Substring, keeping kept: String) -> String {
    let bytes = Array(component.utf8)
    let isEscaped = bytes.indices.allSatisfy { bytes[$0] != UInt8(ascii: "%") || escape(at: $0, in: bytes) != nil }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if isEscaped, let byte = escape(at: index, in: bytes) {
            isUnreserved(byte) ? result.append(byte) : appendEscape(of: byte, to: &result)
            index += 3
        } else {
            append(bytes[index], keeping: kept, to: &result)
            index += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// Percent-encodes everything except letters, digits, and the characters in `kept`.
func percentEncoded(_ text: String, keeping kept: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 { append(byte, keeping: kept, to: &result) }
    return String(decoding: result, as: UTF8.self)
}

/// Decodes `%XX`. A `%` that doesn't begin an escape stands for itself.
func percentDecoded(_ text: Substring) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if let byte = escape(at: index, in: bytes) {
            result.append(byte)
            index += 3
        } else {
            result.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

private func append(_ byte: UInt8, keeping kept: String, to result: inout [UInt8]) {
    isUnreserved(byte) || kept.utf8.contains(byte) ? result.append(byte) : appendEscape(of: byte, to: &result)
}

private func appendEscape(of byte: UInt8, to result: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
}

/// The byte that the escape at `index` stands for.
private func escape(at index: Int, in bytes: [UInt8]) -> UInt8? {
    guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
    else { return nil }
    return high << 4 | low
}

private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// Letters, digits, and `-._~` (RFC 3986, 2.3).
private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        true
    default: false
    }
}
