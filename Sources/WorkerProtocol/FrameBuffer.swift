internal import Glibc

/// A frame in a ``FrameBuffer``. `content` is borrowed and valid until the next call to the buffer.
public struct Frame {
    /// The frame's kind, prediction, and length.
    public let header: FrameHeader
    /// The bytes that follow the header; there are `header.contentBytes` of them.
    public let content: UnsafeRawBufferPointer

    /// Makes a frame; the header's `contentBytes` must be the length of `content`.
    public init(header: FrameHeader, content: UnsafeRawBufferPointer) {
        self.header = header
        self.content = content
    }
}

/// What made a stream of frames unreadable. The worker broke the protocol and can't be used any more.
public enum FrameError: Error, Equatable, CustomStringConvertible {
    /// No kind has this number.
    case unknownKind(UInt8)
    /// A frame announced more content than ``FrameHeader/contentLimitBytes``.
    case tooLong(FrameKind, contentBytes: Int)

    /// The problem as one clause for the log.
    public var description: String {
        switch self {
        case .unknownKind(let kind): "a frame of the unknown kind \(kind) arrived"
        case .tooLong(let kind, let bytes):
            "a frame (\(kind)) of \(bytes) bytes was announced, above the limit of \(FrameHeader.contentLimitBytes)"
        }
    }
}

/// Splits the bytes received from a channel into frames.
///
/// Receive into ``space()``, report the count with ``received(_:)``, then take frames with ``next()`` until it returns
/// nil. For a frame larger than the buffer, the buffer grows as the bytes arrive, to exactly the frame's size, and
/// shrinks again afterwards.
public struct FrameBuffer: ~Copyable {
    /// The size that the buffer returns to when it holds no large frame.
    public static let capacityBytes = 64 * 1024

    /// By which factor the buffer may exceed what has arrived of a large frame: few steps, none of them far ahead.
    private static let growth = 8

    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Makes an empty buffer.
    public init() {
        storage = Self.allocate(nil, Self.capacityBytes)
    }

    deinit {
        free(storage.baseAddress)
    }

    /// The memory to receive the next bytes into; never empty.
    ///
    /// Call this only after ``next()`` returned nil, because it moves the frames that ``next()`` returned.
    public mutating func space() -> UnsafeMutableRawBufferPointer {
        // A header may announce bytes that never come.
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

    /// Reports that `count` bytes were received into ``space()``.
    public mutating func received(_ count: Int) {
        precondition(count <= storage.count - end)
        end += count
    }

    /// The next complete frame, or nil if more bytes are needed.
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

    /// Hands over the memory that holds the content of `frame`, if the content is large and little else is in the
    /// buffer.
    ///
    /// Call this right after ``next()`` returned the frame. The content stays valid while the returned object lives.
    /// Nil means that the content has to be copied.
    public mutating func detach(_ frame: Frame) -> AnyObject? {
        guard frame.content.count >= Self.capacityBytes, end - start <= Self.capacityBytes else { return nil }
        let detached = DetachedStorage(storage)
        storage = Self.allocate(nil, Self.capacityBytes)
        storage.copyMemory(from: .init(rebasing: detached.storage[start..<end]))
        end -= start
        start = 0
        return detached
    }

    /// Whether the buffer is empty, without even a part of a frame.
    public var isEmpty: Bool { start == end }

    /// The header of the frame at the front, if it is complete and valid.
    public var pendingHeader: FrameHeader? {
        end - start < FrameHeader.byteCount ? nil : FrameHeader(reading: storage.baseAddress! + start)
    }

    /// The total size of the frame at the front, if its header is complete.
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

/// Memory that a ``FrameBuffer`` has handed over.
private final class DetachedStorage {
    let storage: UnsafeMutableRawBufferPointer

    init(_ storage: UnsafeMutableRawBufferPointer) {
        self.storage = storage
    }

    deinit {
        free(storage.baseAddress)
    }
}
