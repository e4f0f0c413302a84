internal import EventLoop

/// Bytes of chunks that haven't been taken yet.
struct ChunkedProgress {
    /// A connection never buffers more chunk data than its input limit, so no other limit is needed.
    static let limitBytes = Int.max / 4

    let decoded = Buffer()
    /// How many of the bytes were taken.
    var position = 0
    /// Whether the last chunk and the trailer have been read.
    var areComplete = false

    /// Copies bytes to `destination`; returns 0 if there are none.
    mutating func take(into destination: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(destination.count, decoded.count - position)
        guard count > 0 else { return 0 }
        destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: decoded.bytes[position..<position + count]))
        position += count
        if position == decoded.count {
            decoded.truncate(to: 0)
            position = 0
        }
        return count
    }
}
