public import EventLoop

/// A run of bytes in a response body. Large ones are sent from where they are, never joined.
public enum BodySegment {
    /// Bytes in the program itself.
    case fixed(StaticString)
    /// An array.
    case bytes([UInt8])
    /// A buffer, which must not change until it has been sent.
    case buffer(Buffer)
    /// Part of a buffer, which must not change until it has been sent.
    case part(Buffer, Range<Int>)
    /// Bytes that stay valid and unchanged while their owner lives.
    case owned(UnsafeRawBufferPointer, by: AnyObject)

    /// The number of bytes.
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

/// The body of a response: nothing, one segment, or several.
public enum ResponseBody {
    /// No bytes.
    case empty
    /// One run of bytes.
    case segment(BodySegment)
    /// Several runs, sent one after another.
    case segments([BodySegment])

    /// The number of bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .segment(let segment): segment.count
        case .segments(let segments): segments.reduce(0) { $0 + $1.count }
        }
    }

    /// The same body after another segment.
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
