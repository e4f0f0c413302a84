public import JSON

/// Where files can stand in an input: `image`, `images/*`, `config/mask`. `*` is every element of an array or every
/// value of an object. A `?` at the end says that plain strings are legal there as well.
public struct FilePatterns {
    /// A string in an input, found by a pattern.
    public struct Found {
        /// Names and indices from the input's outside, joined by slashes; `~` and `/` within names are written as
        /// in a JSON pointer (RFC 6901 section 3).
        public let pointer: String
        /// The string.
        public let value: JSONValue
    }

    private struct Pattern {
        let segments: [String]
        let allowsPlainStrings: Bool
    }

    private let patterns: [Pattern]

    /// Reads patterns as the SDK writes them.
    public init(_ texts: [String]) {
        patterns = texts.map { text in
            let allowsPlainStrings = text.hasSuffix("?")
            let path = allowsPlainStrings ? text.dropLast() : text[...]
            return Pattern(
                segments: path.split(separator: "/").map(Self.unescaped), allowsPlainStrings: allowsPlainStrings)
        }
    }

    /// Whether there is nothing to look for.
    public var isEmpty: Bool { patterns.isEmpty }

    /// Finds the strings at the patterns' places: those that name a file by URL, and those that are something else where
    /// only a file may stand.
    public func find(in input: JSONValue) -> (files: [Found], refused: [Found]) {
        var files: [Found] = []
        var refused: [Found] = []
        for pattern in patterns {
            visit(input, pattern.segments[...], "") { pointer, value in
                if Self.isURL(value) {
                    files.append(Found(pointer: pointer, value: value))
                } else if !pattern.allowsPlainStrings {
                    refused.append(Found(pointer: pointer, value: value))
                }
            }
        }
        return (files, refused)
    }

    private func visit(
        _ value: JSONValue, _ segments: ArraySlice<String>, _ pointer: String, _ body: (String, JSONValue) -> Void
    ) {
        guard let segment = segments.first else {
            if value.kind == .string { body(pointer, value) }
            return
        }
        let rest = segments.dropFirst()
        let prefix = pointer.isEmpty ? "" : pointer + "/"
        if segment != "*" {
            if let member = value[segment] { visit(member, rest, prefix + Self.escaped(segment), body) }
        } else if value.kind == .array {
            for index in 0..<value.count { visit(value[index], rest, prefix + String(index), body) }
        } else {
            value.forEachMember { name, member in visit(member, rest, prefix + Self.escaped(name), body) }
        }
    }

    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "~") }) else { return name }
        var result = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": result.append(contentsOf: "~0".unicodeScalars)
            case "/": result.append(contentsOf: "~1".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func unescaped(_ segment: Substring) -> String {
        var result = String.UnicodeScalarView()
        var rest = segment.unicodeScalars
        while let scalar = rest.popFirst() {
            if scalar == "~", let code = rest.first, code == "0" || code == "1" {
                rest.removeFirst()
                result.append(code == "0" ? "~" : "/")
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static let schemes: [[UInt8]] = [Array("http://".utf8), Array("https://".utf8), Array("data:".utf8)]

    /// Whether a string's scheme is one that files are fetched by, in any case (RFC 3986 section 3.1).
    private static func isURL(_ value: JSONValue) -> Bool {
        value.withStringBytes { bytes in
            schemes.contains { scheme in
                guard bytes.count >= scheme.count else { return false }
                return scheme.indices.allSatisfy { index in
                    let byte = bytes[index]
                    let isCapital = (0x41...0x5A).contains(byte)
                    return (isCapital ? byte | 0x20 : byte) == scheme[index]
                }
            }
        } ?? false
    }
}

@available(*, unavailable)
extension FilePatterns: Sendable {}
