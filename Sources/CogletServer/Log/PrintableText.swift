import JSON

/// Makes text safe for log lines: it can't become another line, a color, a terminal command, or text displayed in a
/// different order than it is written.
enum PrintableText {
    /// Appends `text` for people to read: `
    /// `, `\r`, `\t`, `\x1B`, and `\u2028` stand for characters that wouldn't be visible.
    static func append(_ text: String, to line: inout [UInt8]) {
        guard needsEscapes(text) else {
            line.append(contentsOf: text.utf8)
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line.append(#"\n"#)
            case "\r": line.append(#"\r"#)
            case "\t": line.append(#"\t"#)
            case _ where !isUnsafe(scalar): line.append(contentsOf: UTF8.encode(scalar)!)
            case _ where scalar.value < 0x100: appendEscape("x", scalar, digits: 2, to: &line)
            default: appendEscape("u", scalar, digits: 4, to: &line)
            }
        }
    }

    /// Appends `text` as a JSON string. Programs that read the log by lines may treat U+0085, U+2028, and U+2029 as
    /// line breaks; an escape is the same character in JSON.
    static func appendJSON(_ text: String, to line: inout [UInt8]) {
        guard needsEscapes(text) else {
            appendJSONString(text, to: &line)
            return
        }
        line.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if scalar.value >= 0x7F, isUnsafe(scalar) {
                appendEscape("u", scalar, digits: 4, to: &line)
            } else {
                Array(UTF8.encode(scalar)!).withUnsafeBytes { appendJSONStringContents($0, to: &line) }
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// The lines that a model has printed.
    static func lines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
    }

    /// Whether any character may need an escape. Most lines are plain ASCII.
    private static func needsEscapes(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            // Check all of them, which takes fewer instructions than stopping at the first.
            var found: UInt8 = 0
            for byte in bytes { found |= byte &- 0x20 >= 0x5F ? 1 : 0 }
            return found != 0
        }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators; marks, embeddings, overrides, and isolates of the writing direction.
        case 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func appendEscape(
        _ letter: Character, _ scalar: Unicode.Scalar, digits: Int, to line: inout [UInt8]
    ) {
        let number = String(scalar.value, radix: 16, uppercase: true)
        let zeros = String(repeating: "0", count: max(0, digits - number.count))
        line.append(contentsOf: "\\\(letter)\(zeros)\(number)".utf8)
    }
}
