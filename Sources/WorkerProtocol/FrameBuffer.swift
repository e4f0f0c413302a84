/// A frame in a ``FrameBuffer``; `content` is borrowed and valid until the buffer is next touched.
public struct Frame {
    /// Who it concerns and how long it is.
    public let header: FrameHeader
    /// What follows the header, of the header's `contentBytes`.
    public let content: UnsafeRawBufferPointer
}

/// What made a stream of frames unreadable. The worker broke the protocol: it is of no further use.
public enum FrameError: Error, Equatable, CustomStringConvertible {
    case unknownKind(UInt8)

    /// What happened, as one clause for the log.
    public var description: String {
        switch self {
        case .unknownKind(let kind): "a frame of unknown kind \(kind) arrived on the worker channel"
        }
    }
}

/// Bytes received from a channel, cut into frames.
///
/// Receive into ``space()``, tell it with ``received(_:)``, then take frames with ``next()`` until it gives nil. A frame
/// larger than the buffer makes the buffer grow to exactly its size for as long as it is there.
public struct FrameBuffer: ~Copyable {
    /// The size to which the buffer returns when no large frame is in it.
    public static let capacityBytes = 64 * 1024

    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// An empty buffer.
    public init() {
        storage = .allocate(byteCount: Self.capacityBytes, alignment: 16)
    }

    deinit {
        storage.deallocate()
    }

    /// Where the next bytes are to be received; never empty.
    ///
    /// Call only after ``next()`` gave nil: what it returned before is moved.
    public mutating func space() -> UnsafeMutableRawBufferPointer {
        let wanted = max(Self.capacityBytes, currentFrameBytes ?? 0)
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
        storage = .allocate(byteCount: Self.capacityBytes, alignment: 16)
        storage.copyMemory(from: .init(rebasing: detached.storage[start..<end]))
        end -= start
        start = 0
        return detached
    }

    /// The bytes that the frame at the front takes as a whole, when its header is here.
    private var currentFrameBytes: Int? {
        guard end - start >= FrameHeader.byteCount,
            let header = FrameHeader(reading: storage.baseAddress! + start)
        else { return nil }
        return FrameHeader.byteCount + header.contentBytes
    }

    private mutating func compact() {
        storage.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: end - start)
        end -= start
        start = 0
    }

    private mutating func resize(to count: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        larger.baseAddress!.copyMemory(from: storage.baseAddress! + start, byteCount: end - start)
        storage.deallocate()
        storage = larger
        end -= start
        start = 0
    }
}

/// Memory that a ``FrameBuffer`` has given away.
private final class DetachedStorage {
    let storage: UnsafeMutableRawBufferPointer

    init(_ storage: UnsafeMutableRawBufferPointer) {
        self.storage = storage
    }

    deinit {
        storage.deallocate()
    }
}
