internal import Glibc
@_spi(_Unicode) internal import Swift

/// Hosts of URLs, in the form used for lookups.
///
/// Non-ASCII names are converted to Punycode (RFC 3492) here instead of in libcurl. libcurl reads a name in the
/// character set of the process's locale, which may be ASCII, and the library it uses for this may be missing. This
/// covers what IDNA 2008 with UTS #46 does for names that people write: other dots, full-width letters, upper case, and
/// Unicode's normalization form C. It doesn't refuse the characters and the mixed directions that registries refuse;
/// such a name has no address.
enum HostName {
    /// The longest name (RFC 1035, 2.3.4), without the final dot, and the longest label.
    static let lengthLimit = 253
    static let labelLimit = 63

    /// The host in ASCII and lower case: an IPv6 address in brackets, an IPv4 address, or a name. Nil if it is invalid.
    static func normalized(_ text: Substring) -> String? {
        if text.hasPrefix("[") { return normalizedAddress(text) }
        let name = text.utf8.allSatisfy { $0 < 0x80 } ? text.lowercased() : mapped(text)
        var labels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let hasEnd = labels.count > 1 && labels.last == ""
        if hasEnd { labels.removeLast() }
        var encoded: [String] = []
        for label in labels {
            guard let label = asciiLabel(label) else { return nil }
            encoded.append(label)
        }
        let host = encoded.joined(separator: ".")
        return host.utf8.count <= lengthLimit ? host + (hasEnd ? "." : "") : nil
    }

    private static func normalizedAddress(_ text: Substring) -> String? {
        guard text.hasSuffix("]") else { return nil }
        let inner = text.dropFirst().dropLast()
        let address = inner.prefix { $0 != "%" }
        // A zone is written as %25eth0 (RFC 6874); many people omit the 25.
        let zone = inner[address.endIndex...]
        let zoneName = zone.hasPrefix("%25") ? zone.dropFirst(3) : zone.dropFirst()
        guard zone.isEmpty || !zoneName.isEmpty, zoneName.utf8.allSatisfy(isNameByte) else { return nil }
        var bytes = in6_addr()
        guard !address.utf8.contains(0), inet_pton(AF_INET6, String(address), &bytes) == 1 else { return nil }
        return "[\(address.lowercased())" + (zone.isEmpty ? "]" : "%25\(zoneName)]")
    }

    /// The characters to look up in place of those written.
    private static func mapped(_ text: Substring) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x3002, 0xFF0E, 0xFF61: scalars.append(".")
            case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            case 0x00AD, 0x200B, 0x2060, 0xFEFF: break  // invisible and ignored
            default: scalars.append(scalar)
            }
        }
        var normalized = String.UnicodeScalarView()
        for scalar in String(scalars).lowercased()._nfc { normalized.append(scalar) }
        return String(normalized)
    }

    private static func asciiLabel(_ label: String) -> String? {
        let isASCII = label.utf8.allSatisfy { $0 < 0x80 }
        guard let ascii = isASCII ? label : punycode(label).map({ "xn--" + $0 }) else { return nil }
        // Punycode validates the non-ASCII part of a label; its ASCII characters come first.
        guard (1...labelLimit).contains(ascii.utf8.count), ascii.utf8.allSatisfy(isNameByte) else { return nil }
        // A name never contains spaces or control characters, in whatever encoding.
        guard isASCII || label.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && !isControl($0) }) else {
            return nil
        }
        return ascii
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    // MARK: - Punycode

    /// The label in Punycode, without the prefix; nil on numeric overflow, which no valid label causes.
    static func punycode(_ label: String) -> String? {
        let input = label.unicodeScalars.map(\.value)
        var output = input.filter { $0 < 0x80 }.map { UInt8($0) }
        let basicCount = output.count
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }
        var (code, delta, bias, handled) = (UInt32(0x80), 0, 72, basicCount)
        while handled < input.count {
            guard let next = input.filter({ $0 >= code }).min() else { return nil }
            let (step, overflows) = Int(next - code).multipliedReportingOverflow(by: handled + 1)
            guard !overflows, input.count <= lengthLimit else { return nil }
            delta += step
            code = next
            for value in input where value <= code {
                if value < code {
                    delta += 1
                    continue
                }
                appendNumber(delta, bias: bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func appendNumber(_ number: Int, bias: Int, to output: inout [UInt8]) {
        var (rest, position) = (number, 36)
        while true {
            let threshold = min(max(position - bias, 1), 26)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
            rest = (rest - threshold) / (36 - threshold)
            position += 36
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(value < 26 ? Int(UInt8(ascii: "a")) + value : Int(UInt8(ascii: "0")) + value - 26)
    }

    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var bias = 0
        while delta > 455 {
            delta /= 35
            bias += 36
        }
        return bias + 36 * delta / (delta + 38)
    }
}
