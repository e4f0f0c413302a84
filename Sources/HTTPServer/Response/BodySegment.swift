public import EventLoop

/// A run of bytes of a response body. Large ones are sent from where they are, never joined.
public enum BodySegment {
    /// Bytes of the program itself.
    case fixed(StaticString)
    /// An array.
    case bytes([UInt8])
    /// A buffer, which must not change until it was sent.
    case buffer(Buffer)
    /// Part of a buffer, which must not change until it was sent.
    case part(Buffer, Range<Int>)
    /// Bytes that are valid and unchanged as long as their owner lives.
    case owned(UnsafeRawBufferPointer, by: AnyObject)

    /// How many bytes.
    public var count: Int {
        switch self {
        case .fixed(let literal): literal.utf8CodeUnitCount
        case .bytes(let bytes): bytes.count
        case .buffer(let buffer): buffer.count
        case .part(_, let range): range.count
        case .owned(let bytes, _): bytes.count
        }
    }
}

@available(*, unavailable)
extension BodySegment: Sendable {}

/// The body of a response: nothing, one segment or several.
public enum ResponseBody {
    /// No bytes.
    case empty
    /// One run of bytes.
    case segment(BodySegment)
    /// Several runs, sent one after another.
    case segments([BodySegment])

    /// How many bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .segment(let segment): segment.count
        case .segments(let segments): segments.reduce(0) { $0 + $1.count }
        }
    }

    /// The same behind another segment.
    public func preceded(by first: BodySegment) -> ResponseBody {
        switch self {
        case .empty: .segment(first)
        case .segment(let segment): .segments([first, segment])
        case .segments(let segments): .segments([first] + segments)
        }
    }
}

@available(*, unavailable)
extension ResponseBody: Sendable {}
