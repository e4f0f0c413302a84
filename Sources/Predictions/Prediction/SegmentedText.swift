internal import JSON

/// Bytes at a fixed address, with the object that keeps them there.
public struct OwnedBytes {
    /// The bytes, valid while ``owner`` lives.
    public let bytes: UnsafeRawBufferPointer
    /// The object that keeps the bytes in place.
    public let owner: AnyObject

    /// Makes a view of `bytes`, which must stay valid and unchanged while `owner` lives.
    public init(_ bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        self.bytes = bytes
        self.owner = owner
    }

    /// A part of the bytes.
    func part(_ range: Range<Int>) -> OwnedBytes {
        OwnedBytes(UnsafeRawBufferPointer(rebasing: bytes[range]), owner: owner)
    }
}

/// One piece of output, as JSON text.
public enum ChunkText {
    /// Valid only during the call; copy it to keep it.
    case borrowed(UnsafeRawBufferPointer)
    case small([UInt8])
    /// Too large to be copied.
    case large(OwnedBytes)

    /// The same chunk, valid indefinitely.
    public var kept: ChunkText {
        if case .borrowed(let bytes) = self { .small([UInt8](bytes)) } else { self }
    }

    /// Calls `body` with the bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .borrowed(let bytes): body(bytes)
        case .small(let bytes): bytes.withUnsafeBytes(body)
        case .large(let owned): body(owned.bytes)
        }
    }
}

/// Text that grows at the end: small parts are joined as they come, large ones are only referenced.
///
/// It takes little more memory than it has bytes, however long it gets. A text that contains another one shares its
/// segments.
public struct SegmentedText {
    /// Joined text becomes a segment at this size.
    static let segmentLimitBytes = 256 << 10
    /// From this size on, the memory for a whole segment is reserved at once; doubling would leave up to half of it
    /// unused.
    private static let reserveFromBytes = 64 << 10
    /// How much is joined at a time, and thus by how much a segment may exceed its limit.
    static let pieceLimitBytes = 32 << 10
    /// A shorter segment of another text is copied instead of shared.
    private static let shareFromBytes = 4 << 10

    /// The segments before ``tail``.
    public private(set) var segments: [ChunkText] = []
    /// The end of the text, which grows.
    public internal(set) var tail: [UInt8] = []
    private var segmentBytes = 0

    init() {}

    /// The number of bytes.
    public var count: Int { segmentBytes + tail.count }

    var isEmpty: Bool { count == 0 }

    /// The whole text in one piece; a copy unless it is one already.
    public var joined: [UInt8] {
        guard !segments.isEmpty else { return tail }
        var text: [UInt8] = []
        text.reserveCapacity(count)
        for segment in segments { segment.withUnsafeBytes { text.append(contentsOf: $0) } }
        text.append(contentsOf: tail)
        return text
    }

    /// A JSON object with the additional members `"a":1,"b":2` before its own. Long segments are shared.
    public func adding(_ members: [UInt8]) -> SegmentedText {
        var text = SegmentedText()
        text.tail = Array("{".utf8) + members + Array(",".utf8)
        var isFirst = true
        for segment in segments {
            switch segment {
            case .large(let owned) where isFirst: text.append(.large(owned.part(1..<owned.bytes.count)))
            case _ where isFirst:
                segment.withUnsafeBytes { text.join(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) }
            default: text.append(segment)
            }
            isFirst = false
        }
        tail.withUnsafeBytes { text.join(isFirst ? UnsafeRawBufferPointer(rebasing: $0.dropFirst()) : $0) }
        return text
    }

    mutating func append(_ text: ChunkText) {
        switch text {
        case .borrowed(let bytes): join(bytes)
        case .small(let bytes): bytes.withUnsafeBytes { join($0) }
        case .large(let owned):
            closeTail()
            segments.append(.large(owned))
            segmentBytes += owned.bytes.count
        }
    }

    mutating func append(_ text: SegmentedText) {
        for segment in text.segments {
            if case .small(let bytes) = segment, bytes.count >= Self.shareFromBytes {
                closeTail()
                segments.append(segment)
                segmentBytes += bytes.count
            } else {
                append(segment)
            }
        }
        text.tail.withUnsafeBytes { join($0) }
    }

    /// Appends `bytes`, escaped as in a JSON string.
    mutating func appendEscaped(_ bytes: UnsafeRawBufferPointer) {
        inPieces(bytes) { appendJSONStringContents($0, to: &$1) }
    }

    /// Turns the joined text into a segment if it is large enough, so that texts that will contain this one share it.
    mutating func seal() {
        if tail.count >= Self.shareFromBytes { closeTail() }
    }

    private mutating func join(_ bytes: UnsafeRawBufferPointer) {
        if tail.count + bytes.count < Self.reserveFromBytes {
            tail.append(contentsOf: bytes)
        } else {
            inPieces(bytes) { $1.append(contentsOf: $0) }
        }
    }

    private mutating func inPieces(
        _ bytes: UnsafeRawBufferPointer, append: (UnsafeRawBufferPointer, inout [UInt8]) -> Void
    ) {
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceLimitBytes))
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
            if tail.count + piece.count >= Self.reserveFromBytes {
                tail.reserveCapacity(Self.segmentLimitBytes + Self.pieceLimitBytes)
            }
            append(piece, &tail)
            if tail.count >= Self.segmentLimitBytes { closeTail() }
        }
    }

    private mutating func closeTail() {
        guard !tail.isEmpty else { return }
        segmentBytes += tail.count
        segments.append(.small(tail))
        tail = []
    }
}

@available(*, unavailable)
extension OwnedBytes: Sendable {}
@available(*, unavailable)
extension ChunkText: Sendable {}
@available(*, unavailable)
extension SegmentedText: Sendable {}
