internal import EventLoop
internal import Glibc

/// The bytes a connection has received: one message's head, and what came after it.
///
/// A head is ranges into this memory, so it costs nothing to make. The connection uses one buffer for all its requests;
/// when somebody still refers to a head as the next one begins, the connection takes a new buffer.
final class MessageBuffer {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    /// Where the running message begins; all ranges of its head count from here.
    var start = 0
    /// The end of what the parser has seen.
    var parsed = 0
    /// The end of what was received.
    var filled = 0

    let fields: UnsafeMutablePointer<FieldRange>
    let fieldLimit: Int
    var fieldCount = 0
    var target = ByteRange()
    var headCount = 0
    var method = HTTPMethod.get
    var version = HTTPVersion.http11

    /// Who is asked for memory beyond that of the beginning.
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

    /// Received bytes that were not parsed yet.
    @inline(__always)
    var unparsed: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + parsed, count: filled - parsed)
    }

    /// The bytes of a range of the running head.
    @inline(__always)
    func bytes(_ range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + start + Int(range.start), count: Int(range.count))
    }

    /// Room for at least `minimum` received bytes, made by moving the running message to the front or by growing; nil if
    /// there is no memory to grow.
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

    /// Throws the parsed part of a body away, which lies behind the head: only the head is still needed.
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

    /// A buffer with what is not parsed yet, for the messages that follow, when this one has to live on.
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

/// Bytes of a head, counted from its first byte.
struct ByteRange {
    var start: UInt32 = 0
    var count: UInt32 = 0
}

/// A field of a head.
struct FieldRange {
    var name = ByteRange()
    var value = ByteRange()
}
