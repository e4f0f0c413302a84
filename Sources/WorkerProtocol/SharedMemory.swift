import Glibc
import Synchronization

/// Memory that the worker shares with the server, so that its death loses nothing, as the worker sees it. The worker alone
/// writes; the server reads a copy after the worker's end (``SharedSnapshot``).
///
/// It holds the frames that the worker has made but not yet written to the channel. `sent` counts all bytes that the
/// worker has written. When the worker dies, the server has received `received` ≥ `sent` bytes; what it lacks are the bytes
/// `received - sent ..< queued` of the frames. `taken` tells which predictions the model has begun.
public struct SharedMemory: @unchecked Sendable {
    /// How many bytes of frames it holds.
    public static let capacityBytes = 256 * 1024
    static let headerBytes = 64
    /// The size of the shared memory as a whole.
    public static let totalBytes = headerBytes + capacityBytes

    private let base: UnsafeMutableRawPointer

    /// Maps the shared memory behind `descriptor`; nil if that fails (see `errno`).
    public init?(mapping descriptor: Int32) {
        guard
            let base = mmap(nil, Self.totalBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            base != MAP_FAILED
        else { return nil }
        self.base = base
    }

    /// Puts the memory behind another descriptor in its place; false if that fails (see `errno`).
    public func remap(_ descriptor: Int32) -> Bool {
        mmap(base, Self.totalBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) == base
    }

    /// Where the frames lie.
    public var bytes: UnsafeMutableRawPointer { base + Self.headerBytes }

    /// How many bytes of frames lie there.
    public var queued: Int {
        get { counter(0).pointee.load(ordering: .acquiring) }
        nonmutating set { counter(0).pointee.store(newValue, ordering: .releasing) }
    }

    /// How many bytes were written to the channel since the start.
    public var sent: Int {
        get { counter(1).pointee.load(ordering: .acquiring) }
        nonmutating set { counter(1).pointee.store(newValue, ordering: .releasing) }
    }

    /// The token of the prediction that the model was given last; 0 before the first. A batch is given as a whole: until it
    /// begins, none of its predictions counts.
    public var taken: UInt32 {
        get { UInt32(truncatingIfNeeded: counter(2).pointee.load(ordering: .acquiring)) }
        nonmutating set { counter(2).pointee.store(Int(newValue), ordering: .releasing) }
    }

    private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        (base + index * MemoryLayout<Int>.stride).assumingMemoryBound(to: Atomic<Int>.self)
    }
}
