internal import EventLoop

/// What chunks have brought and was not taken yet.
struct ChunkedProgress {
    /// Chunks are never joined to more than what waits in a connection, so nothing has to limit them.
    static let limitBytes = Int.max / 4

    let decoded = Buffer()
    /// How much of it was taken.
    var position = 0
    /// Whether the last chunk and the trailer were read.
    var areComplete = false

    /// Copies bytes to `destination`; 0 if none are there.
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
