/// Bytes that stay where they are, with the object that keeps them there.
public struct OwnedBytes {
    /// The bytes, valid while ``owner`` lives.
    public let bytes: UnsafeRawBufferPointer
    /// What keeps the bytes where they are.
    public let owner: AnyObject

    /// Makes a view of `bytes`, which are valid and unchanged as long as `owner` lives.
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
    /// Valid only while it is handed over: to be copied.
    case borrowed(UnsafeRawBufferPointer)
    case small([UInt8])
    /// Too large to be copied about.
    case large(OwnedBytes)

    /// The same, valid for ever.
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

/// Text that is built from the front: what is small is joined as it comes, what is large is only referred to.
public struct SegmentedText {
    /// What comes before ``tail``.
    public private(set) var segments: [ChunkText] = []
    /// The end, which grows.
    public internal(set) var tail: [UInt8] = []
    private var segmentBytes = 0

    init() {}

    /// How many bytes.
    public var count: Int { segmentBytes + tail.count }

    var isEmpty: Bool { count == 0 }

    /// All of it in one piece; a copy unless it is one.
    public var joined: [UInt8] {
        guard !segments.isEmpty else { return tail }
        var text: [UInt8] = []
        text.reserveCapacity(count)
        for segment in segments { segment.withUnsafeBytes { text.append(contentsOf: $0) } }
        text.append(contentsOf: tail)
        return text
    }

    mutating func append(_ text: ChunkText) {
        switch text {
        case .borrowed(let bytes): tail.append(contentsOf: bytes)
        case .small(let bytes): tail.append(contentsOf: bytes)
        case .large(let owned):
            closeTail()
            segments.append(.large(owned))
            segmentBytes += owned.bytes.count
        }
    }

    mutating func append(_ text: SegmentedText) {
        for segment in text.segments { append(segment) }
        tail.append(contentsOf: text.tail)
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
