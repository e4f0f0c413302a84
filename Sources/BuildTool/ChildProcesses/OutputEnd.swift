import Synchronization

/// The end of what a program has written so far.
final class OutputEnd: Sendable {
    private static let limitBytes = 32 << 10

    private let bytes = Mutex<[UInt8]>([])

    /// What of it is text.
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func append(_ more: ArraySlice<UInt8>) {
        bytes.withLock { bytes in
            bytes += more
            if bytes.count > Self.limitBytes { bytes.removeFirst(bytes.count - Self.limitBytes) }
        }
    }
}
