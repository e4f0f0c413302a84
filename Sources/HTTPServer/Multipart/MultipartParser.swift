internal import CHTTPParser
internal import HTTPFields

/// Parses a `multipart/form-data` body while it arrives (RFC 7578, RFC 2046 section 5.1).
///
/// A value. It keeps the head of the part that is being read but none of the contents, which it passes on as they come,
/// split wherever the body was.
public struct MultipartParser: Sendable {
    /// What the parser has found.
    public enum Event {
        /// A part begins.
        case began(PartHead)
        /// More of the part's contents; the bytes are valid only during the call.
        case contents(UnsafeRawBufferPointer)
        /// The part is complete.
        case ended
    }

    /// The longest boundary (RFC 2046, 5.1.1).
    static let boundaryLimitBytes = 70
    /// Bytes of one part's head, including its empty line.
    static let headLimitBytes = 16_384
    /// The maximum number of parts in a body.
    public static let partLimit = 1_000
    /// Whitespace that may follow a boundary on its line.
    private static let paddingLimitBytes = 256

    private enum State {
        /// Before the first boundary, or in the contents of a part. The end of the input matched this many bytes of
        /// `delimiter`.
        case contents(matched: Int)
        /// After a boundary, which may be the last one; whitespace may follow.
        case boundaryLine(Line)
        case head
        /// After the last boundary: everything that follows is ignored.
        case ended
    }

    private enum Line {
        case start, dash
        case padding(Int)
        case carriageReturn
    }

    private let delimiter: [UInt8]
    private var state = State.contents(matched: 2)
    private var isInPart = false
    private var head: [UInt8] = []
    private var partCount = 0

    /// Makes a parser for a body whose parts are separated by `boundary`; nil if the boundary is invalid.
    public init?(boundary: String) {
        let bytes = Array(boundary.utf8)
        guard (1...Self.boundaryLimitBytes).contains(bytes.count), bytes.last != UInt8(ascii: " "),
            bytes.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        // The first boundary needs no line break before it, so two bytes count as matched.
        delimiter = Array("\r\n--".utf8) + bytes
    }

    /// Makes a parser for a body with this content type; nil if its boundary is missing or invalid.
    public init?(contentType: String) {
        guard let boundary = FieldParameters(contentType)["boundary"] else { return nil }
        self.init(boundary: boundary)
    }

    /// Parses more bytes and passes what it finds to `found`.
    ///
    /// - Throws: ``MultipartError``; nothing may be fed after that.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer, _ found: (Event) -> Void) throws(MultipartError) {
        var rest = bytes
        while !rest.isEmpty {
            let count: Int
            switch state {
            case .contents(let matched): count = readContents(rest, matched, found)
            case .boundaryLine(let line): count = try readLine(rest[0], line, found)
            case .head: count = try readHead(rest, found)
            case .ended: return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The body has ended.
    ///
    /// - Throws: ``MultipartError`` if the last boundary hasn't come.
    public func finish() throws(MultipartError) {
        guard case .ended = state else { throw .unfinished }
    }

    // MARK: - Contents

    /// Reads up to the next boundary or the end of the input; returns the number of bytes read.
    private mutating func readContents(
        _ bytes: UnsafeRawBufferPointer, _ matched: Int, _ found: (Event) -> Void
    ) -> Int {
        guard matched == 0 else { return readRestOfDelimiter(bytes, matched, found) }
        let end = delimiter.withUnsafeBytes { delimiter in
            coghttp_find(bytes.baseAddress!, bytes.count, delimiter.baseAddress!, delimiter.count)
                .map { $0 - bytes.baseAddress! }
        }
        if let end {
            hand(UnsafeRawBufferPointer(rebasing: bytes[..<end]), found)
            boundaryFound(found)
            return end + delimiter.count
        }
        // A boundary begins with the only carriage return it contains.
        let tail = max(0, bytes.count - delimiter.count + 1)
        let start = bytes[tail...].lastIndex(of: UInt8(ascii: "\r")) ?? bytes.count
        let begins = delimiter.starts(with: bytes[start...])
        hand(begins ? UnsafeRawBufferPointer(rebasing: bytes[..<start]) : bytes, found)
        if begins { state = .contents(matched: bytes.count - start) }
        return bytes.count
    }

    /// Continues a possible boundary that began in earlier input. If it isn't one, those bytes belong to the contents.
    private mutating func readRestOfDelimiter(
        _ bytes: UnsafeRawBufferPointer, _ matched: Int, _ found: (Event) -> Void
    ) -> Int {
        let rest = delimiter[matched...]
        var count = 0
        while count < min(rest.count, bytes.count), bytes[count] == rest[matched + count] { count += 1 }
        if count == rest.count {
            boundaryFound(found)
        } else if count == bytes.count {
            state = .contents(matched: matched + count)
        } else {
            state = .contents(matched: 0)
            delimiter.withUnsafeBytes { hand(UnsafeRawBufferPointer(rebasing: $0[..<(matched + count)]), found) }
        }
        return count
    }

    /// Passes contents on, unless they precede the first boundary.
    private func hand(_ bytes: UnsafeRawBufferPointer, _ found: (Event) -> Void) {
        if isInPart, !bytes.isEmpty { found(.contents(bytes)) }
    }

    private mutating func boundaryFound(_ found: (Event) -> Void) {
        if isInPart { found(.ended) }
        isInPart = false
        state = .boundaryLine(.start)
    }

    // MARK: - Between the parts

    /// Reads the line of a boundary, one byte at a time.
    private mutating func readLine(
        _ byte: UInt8, _ line: Line, _ found: (Event) -> Void
    ) throws(MultipartError) -> Int {
        switch (line, byte) {
        case (.start, UInt8(ascii: "-")): state = .boundaryLine(.dash)
        case (.dash, UInt8(ascii: "-")): state = .ended
        case (.start, UInt8(ascii: "\r")), (.padding, UInt8(ascii: "\r")): state = .boundaryLine(.carriageReturn)
        case (.start, UInt8(ascii: " ")), (.start, UInt8(ascii: "\t")): state = .boundaryLine(.padding(1))
        case (.padding(let count), UInt8(ascii: " ")), (.padding(let count), UInt8(ascii: "\t")):
            guard count < Self.paddingLimitBytes else { throw .malformed("too much space follows a boundary") }
            state = .boundaryLine(.padding(count + 1))
        case (.carriageReturn, UInt8(ascii: "\n")):
            guard partCount < Self.partLimit else { throw .tooManyParts(limit: Self.partLimit) }
            partCount += 1
            head.removeAll(keepingCapacity: true)
            state = .head
        default: throw .malformed("a boundary is not followed by the end of its line")
        }
        return 1
    }

    /// Reads the head of a part up to its empty line.
    private mutating func readHead(
        _ bytes: UnsafeRawBufferPointer, _ found: (Event) -> Void
    ) throws(MultipartError) -> Int {
        var count = 0
        while count < bytes.count {
            guard head.count < Self.headLimitBytes else { throw .headTooLarge(limitBytes: Self.headLimitBytes) }
            head.append(bytes[count])
            count += 1
            guard bytes[count - 1] == UInt8(ascii: "\n"), hasEmptyLine else { continue }
            let part = try PartHead(reading: head)
            isInPart = true
            state = .contents(matched: 0)
            found(.began(part))
            break
        }
        return count
    }

    private var hasEmptyLine: Bool {
        head.count == 2 ? head == Array("\r\n".utf8) : head.suffix(4).elementsEqual("\r\n\r\n".utf8)
    }
}
