internal import CZlib
internal import EventLoop

/// Decompresses a gzip-coded request body (RFC 9110, 8.4.1.3), up to a limit on the decompressed size.
///
/// Use it on one thread at a time: it may begin on the loop and continue on the thread pool.
final class GzipDecoder: @unchecked Sendable {
    /// The state of the decompression.
    enum Progress: Equatable, Sendable {
        /// More remains to be decompressed.
        case incomplete
        case complete
        case failed(RequestFailure)
    }

    /// The memory that zlib keeps per stream, rounded up.
    private static let stateBytes = 49_152
    /// The minimum room for a piece of the output.
    private static let pieceBytes = 65_536

    /// The output so far.
    let output: Buffer
    private let input: Buffer
    private let limitBytes: Int
    private let stream: UnsafeMutablePointer<z_stream>
    private var consumed = 0
    private var hasBegun = false

    /// Makes a decoder of `input`, which must not change any more. The output, at most `limitBytes`, takes its memory
    /// from `account`.
    init(_ input: Buffer, limitBytes: Int, account: MemoryAccount?) {
        self.input = input
        self.limitBytes = limitBytes
        output = Buffer(accountedIn: account)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        if hasBegun { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Decompresses until about `count` more bytes have been produced.
    func run(bytes count: Int = .max) -> Progress {
        if !hasBegun {
            guard output.tryTake(Self.stateBytes), cogz_begin_gzip(stream) == Z_OK else { return .failed(.outOfMemory) }
            hasBegun = true
        }
        let start = output.count
        while output.count - start < count {
            switch step() {
            case .incomplete: continue
            case let end: return end
            }
        }
        return .incomplete
    }

    private func step() -> Progress {
        // One byte more than allowed reveals that there is too much.
        let most = min(limitBytes, .max - 1) + 1
        let piece = min(Self.pieceBytes, most - output.count)
        guard output.tryReserve(piece, upTo: min(most, max(Self.pieceBytes, output.count * 2))) else {
            return .failed(.outOfMemory)
        }
        let room = output.spare.prefix(most - output.count)
        let rest = input.bytes[consumed...].prefix(1 << 30)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: UnsafeRawBufferPointer(rebasing: rest).bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(rest.count)
        stream.pointee.next_out = UnsafeMutableRawBufferPointer(rebasing: room).bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(min(room.count, 1 << 30))
        let roomCount = Int(stream.pointee.avail_out)
        let status = inflate(stream, Z_NO_FLUSH)
        consumed += rest.count - Int(stream.pointee.avail_in)
        output.grow(by: roomCount - Int(stream.pointee.avail_out))
        guard output.count <= limitBytes else { return .failed(.bodyTooLarge) }
        return progress(status)
    }

    private func progress(_ status: Int32) -> Progress {
        switch status {
        case Z_STREAM_END:
            guard consumed < input.count else { return .complete }
            // RFC 1952, 2.2: another member may follow.
            return inflateReset(stream) == Z_OK ? .incomplete : .failed(.badContent("it cannot go on"))
        case Z_OK where consumed < input.count || stream.pointee.avail_out == 0: return .incomplete
        case Z_OK, Z_BUF_ERROR: return .failed(.badContent("it is incomplete"))
        case Z_MEM_ERROR: return .failed(.outOfMemory)
        default: return .failed(.badContent(stream.pointee.msg.map { String(cString: $0) } ?? "it isn't gzip data"))
        }
    }
}
