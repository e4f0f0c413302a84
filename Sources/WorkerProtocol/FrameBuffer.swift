internal import Glibc

/// A frame in a ``FrameBuffer``; `content` is borrowed and valid until the buffer is next touched.
public struct Frame {
    /// Who it concerns and how long it is.
    public let header: FrameHeader
    /// What follows the header, of the header's `contentBytes`.
    public let content: UnsafeRawBufferPointer

    /// A frame; the header's `contentBytes` is the length of `content`.
    public init(header: FrameHeader, content: UnsafeRawBufferPointer) {
        self.header = header
        self.content = content
    }
}

/// What made a stream of frames unreadable. The worker broke the protocol: it is of no further use.
public enum FrameError: Error, Equatable, CustomStringConvertible {
    /// Nobody defined a kind with this number.
    case unknownKind(UInt8)
    /// A frame's announced length is above ``FrameHeader/contentLimitBytes``.
    case tooLong(FrameKind, contentBytes: Int)

    /// What happened, as one clause for the log.
    public var description: String {
        switch self {
        case .unknownKind(let kind): "a frame of the unknown kind \(kind) arrived"
        case .tooLong(let kind, let bytes):
            "a frame (\(kind)) of \(bytes) bytes was announced, above the limit of \(FrameHeader.contentLimitBytes)"
        }
    }
}

/// Bytes received from a channel, cut into frames.
///
/// Receive into ``space()``, tell it with ``received(_:)``, then take frames with ``next()`` until it gives nil. A frame
/// larger than the buffer makes the buffer grow with what arrives, to exactly the frame's size, for as long as it is there.
public struct FrameBuffer: ~Copyable {
    /// The size to which the buffer returns when no large frame is in it.
    public static let capacityBytes = 64 * 1024

    /// How many times what has arrived of a large frame the buffer may be: few steps, none of them far ahead.
    private static let growth = 8

    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// An empty buffer.
    public init() {
        storage = Self.allocate(nil, Self.capacityBytes)
    }

    deinit {
        free(storage.baseAddress)
    }

    /// Where the next bytes are to be received; never empty.
    ///
    /// Call only after ``next()`` gave nil: what it returned before is moved.
    public mutating func space() -> UnsafeMutableRawBufferPointer {
        // What a header announces need not come.
        let wanted = max(Self.capacityBytes, min(currentFrameBytes ?? 0, (end - start) * Self.growth))
        if start == end {
            start = 0
            end = 0
            if storage.count > wanted { resize(to: wanted) }
        }
        if storage.count < wanted {
            resize(to: wanted)
        } else if start > 0, storage.count - end < storage.count / 4 || storage.count - start < wanted {
            compact()
        }
        return .init(rebasing: storage[end...])
    }

    /// Says that `count` bytes were received into ``space()``.
    public mutating func received(_ count: Int) {
        precondition(count <= storage.count - end)
        end += count
    }

    /// The next whole frame, or nil if more bytes are needed.
    public mutating func next() throws(FrameError) -> Frame? {
        let available = end - start
        guard available >= FrameHeader.byteCount else { return nil }
        let base = UnsafeRawPointer(storage.baseAddress!) + start
        guard let header = FrameHeader(reading: base) else {
            throw .unknownKind(base.load(fromByteOffset: 4, as: UInt8.self))
        }
        guard header.contentBytes <= FrameHeader.contentLimitBytes else {
            throw .tooLong(header.kind, contentBytes: header.contentBytes)
        }
        let total = FrameHeader.byteCount + header.contentBytes
        guard available >= total else { return nil }
        start += total
        return Frame(
            header: header,
            content: UnsafeRawBufferPointer(start: base + FrameHeader.byteCount, count: header.contentBytes))
    }

    /// Gives away the memory in which the content of `frame` lies, if that is large and little else is in it.
    ///
    /// Call right after ``next()`` gave the frame. Its content stays valid as long as the object that is returned lives; nil
    /// if the content has to be copied.
    public mutating func detach(_ frame: Frame) -> AnyObject? {
        guard frame.content.count >= Self.capacityBytes, end - start <= Self.capacityBytes else { return nil }
        let detached = DetachedStorage(storage)
        storage = Self.allocate(nil, Self.capacityBytes)
        storage.copyMemory(from: .init(rebasing: detached.storage[start..<end]))
        end -= start
        start = 0
        return detached
    }

    /// Whether nothing is here, not even a part of a frame.
    public var isEmpty: Bool { start == end }

    /// The header of the frame at the front, if all of the header is here and it is one.
    public var pendingHeader: FrameHeader? {
        end - start < FrameHeader.byteCount ? nil : FrameHeader(reading: storage.baseAddress! + start)
    }

    /// The bytes that the frame at the front takes as a whole, when its header is here.
    private var currentFrameBytes: Int? {
        pendingHeader.map { FrameHeader.byteCount + $0.contentBytes }
    }

    private mutating func compact() {
        storage.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: end - start)
        end -= start
        start = 0
    }

    private mutating func resize(to count: Int) {
        if start > 0 { compact() }
        storage = Self.allocate(storage.baseAddress, count)
    }

    /// Memory from `realloc`, which moves large blocks without copying them.
    private static func allocate(_ old: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawBufferPointer {
        guard let memory = realloc(old, count) else { fatalError("out of memory: \(count) bytes for frames") }
        return UnsafeMutableRawBufferPointer(start: memory, count: count)
    }
}

/// Memory that a ``FrameBuffer`` has given away.
private final class DetachedStorage {
    let storage: UnsafeMutableRawBufferPointer

    init(_ storage: UnsafeMutableRawBufferPointer) {
        self.storage = storage
    }

    deinit {
        free(storage.baseAddress)
    }
}
