internal import Glibc

/// Bytes that grow in place and are passed on without being copied.
///
/// The memory comes from `malloc` and isn't cleared. It moves when ``reserve(_:)`` makes it grow, which invalidates
/// pointers into it. Not synchronized: one owner at a time.
public final class Buffer {
    /// The account that memory is taken from, and returned to when the buffer goes away.
    private let account: MemoryAccount?
    private var takenBytes = 0
    private var base: UnsafeMutableRawPointer?
    /// The number of bytes filled in.
    public private(set) var count = 0
    /// The number of bytes that fit before the memory has to grow.
    public private(set) var capacity = 0

    /// Makes an empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        account = nil
        reserve(capacity)
    }

    /// Makes an empty buffer for a request body that takes its memory from `account`. Fill it with
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

    /// Whether the buffer holds no bytes.
    public var isEmpty: Bool { count == 0 }

    /// Makes room for at least `additional` more bytes.
    ///
    /// An empty buffer gets exactly that much. A buffer that grows at least doubles, so appending is cheap.
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

    /// Makes room for at least `additional` more bytes, unless the account or the system has no memory for them.
    ///
    /// Growth depends on the current size: up to 32 times while the buffer is small, four times above 2 MiB, and never
    /// beyond `limit`, the most bytes that will ever come.
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

    /// Counts memory elsewhere that lives as long as this buffer. False if the account has none left; always true
    /// without an account.
    public func tryTake(_ bytes: Int) -> Bool {
        guard let account else { return true }
        guard account.takeForRequest(bytes) else { return false }
        takenBytes += bytes
        return true
    }

    /// Appends a copy of `bytes`, unless there is no memory for them; see ``tryReserve(_:upTo:)``.
    public func tryAppend(_ bytes: UnsafeRawBufferPointer, upTo limit: Int) -> Bool {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return true }
        guard tryReserve(bytes.count, upTo: limit) else { return false }
        memcpy(base! + count, source, bytes.count)
        count += bytes.count
        return true
    }

    /// Appends a copy of `bytes`.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        memcpy(base! + count, source, bytes.count)
        count += bytes.count
    }

    /// Appends a copy of `bytes`.
    public func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a copy of a literal's bytes.
    public func append(_ literal: StaticString) {
        append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends one byte.
    public func append(_ byte: UInt8) {
        reserve(1)
        (base! + count).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    /// The unused memory behind the filled-in bytes. Write into it, then report the number of bytes with ``grow(by:)``.
    public var spare: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
    }

    /// Counts `added` bytes that were written into ``spare``.
    public func grow(by added: Int) {
        precondition(added >= 0 && added <= capacity - count, "more bytes than a buffer has room for")
        count += added
    }

    /// Discards all bytes from `newCount` on; keeps the memory.
    public func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a buffer cannot be truncated to more than it holds")
        count = newCount
    }

    /// Discards the first `removed` bytes and moves the others to the front.
    public func removeFirst(_ removed: Int) {
        precondition(removed >= 0 && removed <= count, "more bytes removed than a buffer holds")
        guard removed > 0 else { return }
        if removed < count {
            memmove(base!, base! + removed, count - removed)
        }
        count -= removed
    }

    /// The filled-in bytes. Valid until the buffer grows or goes away, so retain the buffer while you use them.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Calls `body` with the filled-in bytes.
    @inlinable
    public func withUnsafeBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(bytes)
    }

    /// Calls `body` with the filled-in bytes, which it may change.
    public func withUnsafeMutableBytes<Value, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }
}

// One owner at a time, but the owner may pass it to a job on the thread pool and get it back.
extension Buffer: @unchecked Sendable {}
