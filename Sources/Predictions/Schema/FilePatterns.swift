public import JSON

/// Where an input may contain files: `:image`, `:images/*`, `t:config/mask`. `*` stands for every element of an array
/// or every value of an object. A `t` before the colon means that plain strings are also allowed there. An `o` means
/// that the model opens the file itself; of such files, the server fetches only those in data URLs.
public struct FilePatterns: Sendable {
    /// A string in an input, found by a pattern.
    public struct Found: Sendable {
        /// Names and indices from the outside in, separated by slashes; `~` and `/` in names are escaped as in a JSON
        /// pointer (RFC 6901 section 3).
        public let pointer: String
        /// The string.
        public let value: JSONValue
        /// Whether the model gets the file instead of the URL.
        public let isFetched: Bool

        /// The position in the document, without the quotes.
        public var contents: Range<Int> {
            let range = value.range
            return range.lowerBound + 1..<range.upperBound - 1
        }

        /// The part of the document that is known to hold only base64 characters; see ``JSONValue/base64Range``.
        public var base64: Range<Int>? { value.base64Range }
    }

    private struct Pattern: Sendable {
        let segments: [String]
        let allowsPlainStrings: Bool
        let isOpened: Bool
    }

    private let patterns: [Pattern]

    /// Reads patterns as the SDK writes them.
    public init(_ texts: [String]) {
        patterns = texts.map { text in
            let flags = text.prefix { $0 != ":" }
            let path = text[flags.endIndex...].dropFirst()
            // By code points: a name that begins with a combining accent forms one character with the slash before it.
            let segments = path.unicodeScalars.split(separator: "/").map { Self.unescaped(Substring($0)) }
            return Pattern(
                segments: segments, allowsPlainStrings: flags.contains("t"), isOpened: flags.contains("o"))
        }
    }

    /// Whether there are no patterns.
    public var isEmpty: Bool { patterns.isEmpty }

    /// The input that takes a file, if it is the only one and takes a single file.
    public var onlyInput: String? {
        patterns.count == 1 && patterns[0].segments.count == 1 ? patterns[0].segments[0] : nil
    }

    /// Whether an input takes a file, or a list of files.
    func takesFile(at name: String) -> Bool {
        patterns.contains { Self.equal($0.segments, [name]) || Self.equal($0.segments, [name, "*"]) }
    }

    /// Whether an input takes one file.
    func takesSingleFile(at name: String) -> Bool { patterns.contains { Self.equal($0.segments, [name]) } }

    private static func equal(_ left: [String], _ right: [String]) -> Bool {
        left.map { ExactString($0) } == right.map { ExactString($0) }
    }

    /// Finds the strings at the patterns' positions: those that name a file by URL, and the first one that is something
    /// else although only a file is allowed. Skips members of the input that the model doesn't know, and files that
    /// came with the request.
    public func find(
        in input: JSONValue, isKnown: (_ name: String) -> Bool = { _ in true }, uploaded: Set<String> = []
    ) -> (files: [Found], refused: Found?) {
        var files: [Found] = []
        var refused: Found?
        for pattern in patterns {
            visit(input, pattern.segments[...], nil) { pointer, value in
                guard !uploaded.contains(pointer),
                    isKnown(Self.unescaped(Substring(pointer.unicodeScalars.prefix { $0 != "/" })))
                else { return }
                if let scheme = Self.scheme(of: value) {
                    let isFetched = !pattern.isOpened || scheme == .data
                    files.append(Found(pointer: pointer, value: value, isFetched: isFetched))
                } else if !pattern.allowsPlainStrings, refused == nil {
                    refused = Found(pointer: pointer, value: value, isFetched: false)
                }
            }
        }
        return (files, refused)
    }

    private func visit(
        _ value: JSONValue, _ segments: ArraySlice<String>, _ pointer: String?, _ body: (String, JSONValue) -> Void
    ) {
        guard let segment = segments.first else {
            if let pointer, value.kind == .string { body(pointer, value) }
            return
        }
        let rest = segments.dropFirst()
        let prefix = pointer.map { $0 + "/" } ?? ""
        if segment != "*" {
            if let member = value[segment] { visit(member, rest, prefix + Self.escaped(segment), body) }
        } else if value.kind == .array {
            var index = 0
            value.forEachElement { element in
                visit(element, rest, prefix + String(index), body)
                index += 1
            }
        } else {
            value.forEachMember { name, member in visit(member, rest, prefix + Self.escaped(name), body) }
        }
    }

    static func escaped(_ name: String) -> String {
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

    private enum Scheme: CaseIterable {
        case http, https, data

        var start: StaticString {
            switch self {
            case .http: "http://"
            case .https: "https://"
            case .data: "data:"
            }
        }
    }

    /// The scheme of a string if files are fetched with it, ignoring case (RFC 3986 section 3.1) and leading
    /// whitespace.
    private static func scheme(of value: JSONValue) -> Scheme? {
        if let scheme = Scheme.allCases.first(where: { value.hasPrefixIgnoringCase($0.start) }) { return scheme }
        return value.withStringBytes { text -> Scheme? in
            let rest = withoutLeadingSpace(text)
            guard rest.count < text.count else { return nil }
            return Scheme.allCases.first { JSONValue.begins(rest, ignoringCase: $0.start) }
        } ?? nil
    }

    /// How much whitespace may precede a URL.
    private static let leadingSpaceLimitBytes = 256

    private static func withoutLeadingSpace(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        // Nearly every text begins with a letter.
        guard let first = text.first, first <= 0x20 || first >= 0x80 else { return text }
        let start = String(decoding: text.prefix(leadingSpaceLimitBytes), as: UTF8.self)
        let count = start.prefix { $0.isWhitespace || $0 == "\u{FEFF}" }.utf8.count
        return UnsafeRawBufferPointer(rebasing: text[min(count, text.count)...])
    }
}
