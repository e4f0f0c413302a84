internal import EventLoop

/// Decodes the chunks of a body up to the trailer, which llhttp parses.
struct ChunkDecoder {
    /// The state of the decoding.
    enum Progress: Equatable {
        case incomplete
        /// The last chunk was read; the trailer follows.
        case complete
        case failed(RequestFailure)
    }

    private enum State {
        case header
        case data
        case carriageReturn
        case lineFeed
        case ended
    }

    private let extensionLimitBytes: Int
    private var state = State.header
    private var header: ChunkHeader
    private var remaining = 0

    init(extensionLimitBytes: Int) {
        self.extensionLimitBytes = extensionLimitBytes
        header = ChunkHeader(limitBytes: extensionLimitBytes)
    }

    /// Whether the last chunk was read.
    var hasEnded: Bool { state == .ended }

    /// Decodes chunks from `bytes` and appends them to `body`, up to `limit` bytes. Returns how many of `bytes` it has
    /// read.
    mutating func feed(
        _ bytes: UnsafeRawBufferPointer, into body: Buffer, limit: Int
    ) -> (count: Int, progress: Progress) {
        var position = 0
        while position < bytes.count, state != .ended {
            let byte = bytes[position]
            switch state {
            case .header:
                position += 1
                switch header.feed(byte) {
                case .incomplete: break
                case .failed:
                    return (position, .failed(.malformed("the size or an extension of a chunk is invalid")))
                case .complete(let size):
                    guard size <= limit - body.count else { return (position, .failed(.bodyTooLarge)) }
                    header = ChunkHeader(limitBytes: extensionLimitBytes)
                    remaining = size
                    state = size == 0 ? .ended : .data
                }
            case .data:
                let data = UnsafeRawBufferPointer(rebasing: bytes[position...].prefix(remaining))
                // The total length is unknown, so reserve twice what is there.
                let room = min(limit, (body.count + data.count) * 2)
                guard body.tryAppend(data, upTo: room) else { return (position, .failed(.outOfMemory)) }
                position += data.count
                remaining -= data.count
                if remaining == 0 { state = .carriageReturn }
            case .carriageReturn, .lineFeed:
                position += 1
                let isFirst = state == .carriageReturn
                guard byte == (isFirst ? UInt8(ascii: "\r") : UInt8(ascii: "\n")) else {
                    return (position, .failed(.malformed("a chunk is longer than its size")))
                }
                state = isFirst ? .lineFeed : .header
            case .ended: break
            }
        }
        return (position, state == .ended ? .complete : .incomplete)
    }
}
