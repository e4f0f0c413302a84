import Glibc
import Synchronization

/// The worker's view of the memory that it shares with the server, so that no output is lost when it dies. Only the
/// worker writes; the server reads a copy after the worker's end (``SharedSnapshot``).
///
/// It holds the frames that the worker has made but not yet written to the channel. `sent` counts all bytes that the
/// worker has written. When the worker dies, the server has received `received` ≥ `sent` bytes; it still needs the
/// bytes `received - sent ..< queued` of the frames. `taken` identifies the predictions that the model has begun.
public struct SharedMemory: @unchecked Sendable {
    /// The number of bytes reserved for frames.
    public static let capacityBytes = 256 * 1024
    static let headerBytes = 64
    /// The total size of the shared memory.
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

    /// Replaces the memory with that of another descriptor; false if that fails (see `errno`).
    public func remap(_ descriptor: Int32) -> Bool {
        mmap(base, Self.totalBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) == base
    }

    /// The start of the frames.
    public var bytes: UnsafeMutableRawPointer { base + Self.headerBytes }

    /// The number of bytes of frames.
    public var queued: Int {
        get { counter(0).pointee.load(ordering: .acquiring) }
        nonmutating set { counter(0).pointee.store(newValue, ordering: .releasing) }
    }

    /// The number of bytes written to the channel since the start.
    public var sent: Int {
        get { counter(1).pointee.load(ordering: .acquiring) }
        nonmutating set { counter(1).pointee.store(newValue, ordering: .releasing) }
    }

    /// The token of the prediction that the model was given last; 0 before the first. A batch is given as a whole: none
    /// of its predictions counts until it begins.
    public var taken: UInt32 {
        get { UInt32(truncatingIfNeeded: counter(2).pointee.load(ordering: .acquiring)) }
        nonmutating set { counter(2).pointee.store(Int(newValue), ordering: .releasing) }
    }

    private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        (base + index * MemoryLayout<Int>.stride).assumingMemoryBound(to: Atomic<Int>.self)
    }
}
