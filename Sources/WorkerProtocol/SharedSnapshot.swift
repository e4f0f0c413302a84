/// The contents of a worker's ``SharedMemory`` when it ended: a copy, made once, of bytes that anything may have
/// written.
public struct SharedSnapshot {
    /// Why a snapshot can't be what our worker left behind.
    public enum Fault: Error, Equatable, Sendable {
        /// The named counter has a value that no worker writes.
        case counter(String, Int)
        /// The memory is shorter than when it was made.
        case truncated
    }

    /// The token of the prediction that the model was given last; 0 before the first.
    public let taken: UInt32
    private let bytes: [UInt8]
    private let queued: Int
    private let sent: Int

    /// Reads the counters of a copy of the whole memory.
    public init(copy bytes: [UInt8]) throws(Fault) {
        guard bytes.count >= SharedMemory.totalBytes else { throw .truncated }
        func counter(_ index: Int) -> Int {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * MemoryLayout<Int>.stride, as: Int.self) }
        }
        queued = counter(0)
        sent = counter(1)
        guard (0...SharedMemory.capacityBytes).contains(queued) else { throw .counter("queued", queued) }
        guard sent >= 0 else { throw .counter("sent", sent) }
        guard let taken = UInt32(exactly: counter(2)) else { throw .counter("taken", counter(2)) }
        self.taken = taken
        self.bytes = bytes
    }

    /// The frames that the worker made and the server still lacks after receiving `receivedBytes` in total.
    public func framesMissing(afterReceiving receivedBytes: Int) throws(Fault) -> ArraySlice<UInt8> {
        // The worker counts bytes after sending them, so the server can have more than `sent`, but never fewer.
        guard sent <= receivedBytes else { throw .counter("sent", sent) }
        let known = min(receivedBytes - sent, queued)
        let start = SharedMemory.headerBytes
        return bytes[start + known..<start + queued]
    }
}

extension SharedSnapshot.Fault: CustomStringConvertible {
    /// The problem as one clause for the log.
    public var description: String {
        switch self {
        case .counter(let name, let value): "the counter `\(name)` in the shared memory is \(value)"
        case .truncated: "the shared memory was cut short"
        }
    }
}
