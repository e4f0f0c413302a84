internal import Glibc

/// Bytes that grow in place and are handed on without being copied.
///
/// The memory comes from `malloc`, is not cleared, and moves when ``reserve(_:)`` makes it grow; pointers into it hold
/// until then. Not synchronized: one owner at a time.
public final class Buffer {
    /// Who has to be asked for memory, and is given it back when the buffer goes away.
    private let account: MemoryAccount?
    private var takenBytes = 0
    private var base: UnsafeMutableRawPointer?
    /// How many bytes are filled in.
    public private(set) var count = 0
    /// How many bytes fit in before the memory has to grow.
    public private(set) var capacity = 0

    /// Makes an empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        account = nil
        reserve(capacity)
    }

    /// Makes an empty buffer for the body of a request, which takes its memory from `account`: fill it with
    /// ``tryAppend(_:upTo:)``.
    public init(accountedIn account: MemoryAccount?) {
        self.account = account
    }

    /// Makes a buffer with a copy of `bytes`.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(capacity: bytes.count)
        append(bytes)
    }

    /// Makes a buffer with a copy of `bytes`.
    public convenience init(_ bytes: [UInt8]) {
        self.init(capacity: bytes.count)
        append(bytes)
    }

    deinit {
        free(base)
        account?.giveBack(takenBytes, takenFor: .requests)
    }

    /// Whether no byte is filled in.
    public var isEmpty: Bool { count == 0 }

    /// Makes room for at least `additional` more bytes.
    ///
    /// An empty buffer gets exactly that much; one that grows at least doubles, so that appending is cheap.
    public func reserve(_ additional: Int) {
        let needed = count + additional
        guard needed > capacity else { return }
        precondition(account == nil, "a buffer with an account grows by tryReserve")
        let newCapacity = capacity == 0 ? needed : max(needed, capacity * 2)
        guard let memory = realloc(base, newCapacity) else {
            fatalError("out of memory: \(newCapacity) bytes for a buffer")
        }
        base = memory
        capacity = newCapacity
    }

    /// Makes room for at least `additional` more bytes, unless there is no memory for them.
    ///
    /// Grows with what is there already: to 32 times that while it is small, above 2 MiB to four times that, and not beyond
    /// `limit` bytes, the most that will ever come.
    public func tryReserve(_ additional: Int, upTo limit: Int) -> Bool {
        let needed = count + additional
        guard needed > capacity else { return true }
        return tryGrow(to: max(needed, min(limit, max(65_536, min(needed * 32, 2 << 20), needed * 4))))
            || tryGrow(to: needed)
    }

    private func tryGrow(to newCapacity: Int) -> Bool {
        let added = newCapacity - capacity
        guard tryTake(added) else { return false }
        guard let memory = realloc(base, newCapacity) else {
            account?.giveBack(added, takenFor: .requests)
            takenBytes -= added
            return false
        }
        base = memory
        capacity = newCapacity
        return true
    }

    /// Counts memory elsewhere that lives as long as this buffer, unless there is none; always true without an account.
    public func tryTake(_ bytes: Int) -> Bool {
        guard let account else { return true }
        guard account.takeForRequest(bytes) else { return false }
        takenBytes += bytes
        return true
    }

    /// Adds a copy of `bytes` at the end, unless there is no memory for them; see ``tryReserve(_:upTo:)``.
    public func tryAppend(_ bytes: UnsafeRawBufferPointer, upTo limit: Int) -> Bool {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return true }
        guard tryReserve(bytes.count, upTo: limit) else { return false }
        memcpy(base! + count, source, bytes.count)
        count += bytes.count
        return true
    }

    /// Adds a copy of `bytes` at the end.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        memcpy(base! + count, source, bytes.count)
        count += bytes.count
    }

    /// Adds a copy of `bytes` at the end.
    public func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Adds a copy of a literal's bytes at the end.
    public func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Adds one byte at the end.
    public func append(_ byte: UInt8) {
        reserve(1)
        (base! + count).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    /// The memory behind the filled-in bytes: fill some of it in, then say how many bytes with ``grow(by:)``.
    public var spare: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
    }

    /// Counts `added` bytes in that were written into ``spare``.
    public func grow(by added: Int) {
        precondition(added >= 0 && added <= capacity - count, "more bytes than a buffer has room for")
        count += added
    }

    /// Forgets all bytes from `newCount` on; the memory stays.
    public func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a buffer cannot be truncated to more than it holds")
        count = newCount
    }

    /// Forgets the first `removed` bytes and moves the others to the front.
    public func removeFirst(_ removed: Int) {
        precondition(removed >= 0 && removed <= count, "more bytes removed than a buffer holds")
        guard removed > 0 else { return }
        if removed < count {
            memmove(base!, base! + removed, count - removed)
        }
        count -= removed
    }

    /// The filled-in bytes. Valid until the buffer grows or goes away: hold the buffer while you use them.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Gives `body` the filled-in bytes, to read.
    @inlinable
    public func withUnsafeBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(bytes)
    }

    /// Gives `body` the filled-in bytes, to change.
    public func withUnsafeMutableBytes<Value, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }
}

// One owner at a time, but the owner may hand it to a job on the thread pool and get it back.
extension Buffer: @unchecked Sendable {}
