internal import EventLoop
internal import Glibc

/// The bytes that a connection has received: the head of one message, and what came after it.
///
/// A head consists of ranges into this memory, so it costs nothing to make. The connection uses one buffer for all its
/// requests. If something still refers to a head when the next one begins, the connection takes a new buffer.
final class MessageBuffer {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    /// The start of the current message; all ranges of its head count from here.
    var start = 0
    /// The end of what has been parsed.
    var parsed = 0
    /// The end of what has been received.
    var filled = 0

    let fields: UnsafeMutablePointer<FieldRange>
    let fieldLimit: Int
    var fieldCount = 0
    var target = ByteRange()
    var headCount = 0
    var method = HTTPMethod.get
    var version = HTTPVersion.http11

    /// The account that provides memory beyond the initial amount.
    private let account: MemoryAccount?
    private var takenBytes = 0

    init(capacity: Int, fieldLimit: Int, account: MemoryAccount? = nil) {
        guard let memory = malloc(capacity) else {
            fatalError("out of memory: \(capacity) bytes for a connection")
        }
        base = memory
        self.capacity = capacity
        self.fieldLimit = fieldLimit
        self.account = account
        fields = .allocate(capacity: fieldLimit)
    }

    deinit {
        free(base)
        fields.deallocate()
        account?.giveBack(takenBytes, takenFor: .requests)
    }

    /// Received bytes that haven't been parsed yet.
    @inline(__always)
    var unparsed: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + parsed, count: filled - parsed)
    }

    /// The bytes of a range of the current head.
    @inline(__always)
    func bytes(_ range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + start + Int(range.start), count: Int(range.count))
    }

    /// Room for at least `minimum` received bytes, made by moving the current message to the front or by growing; nil
    /// if there is no memory to grow.
    func spare(atLeast minimum: Int) -> UnsafeMutableRawBufferPointer? {
        if start == filled {
            start = 0
            parsed = 0
            filled = 0
        }
        if capacity - filled < minimum, start > 0 {
            memmove(base, base + start, filled - start)
            parsed -= start
            filled -= start
            start = 0
        }
        if capacity - filled < minimum {
            guard grow(to: max(capacity * 2, filled + minimum)) else { return nil }
        }
        return UnsafeMutableRawBufferPointer(start: base + filled, count: capacity - filled)
    }

    /// Discards the parsed part of a body, which follows the head: only the head is still needed.
    func dropParsedBody() {
        let headEnd = start + headCount
        guard parsed > headEnd else { return }
        if parsed < filled {
            memmove(base + headEnd, base + parsed, filled - parsed)
        }
        filled -= parsed - headEnd
        parsed = headEnd
    }

    /// Begins the next message where the last one ended.
    @inline(__always)
    func beginMessage() {
        start = parsed
        fieldCount = 0
        headCount = 0
        target = ByteRange()
    }

    /// A buffer with the unparsed bytes, for the messages that follow, if this buffer has to stay alive.
    func successor(capacity: Int) -> MessageBuffer {
        let next = MessageBuffer(
            capacity: max(capacity, filled - parsed), fieldLimit: fieldLimit, account: account)
        memcpy(next.base, base + parsed, filled - parsed)
        next.filled = filled - parsed
        return next
    }

    private func grow(to newCapacity: Int) -> Bool {
        let added = newCapacity - capacity
        guard account?.takeForRequest(added) ?? true else { return false }
        guard let memory = realloc(base, newCapacity) else {
            account?.giveBack(added, takenFor: .requests)
            return false
        }
        takenBytes += added
        base = memory
        capacity = newCapacity
        return true
    }
}

@available(*, unavailable)
extension MessageBuffer: Sendable {}

/// A range of bytes in a head, counted from its first byte.
struct ByteRange {
    var start: UInt32 = 0
    var count: UInt32 = 0
}

/// A field of a head.
struct FieldRange {
    var name = ByteRange()
    var value = ByteRange()
}
