internal import CZlib
internal import EventLoop

/// Decompresses the gzip-coded body of a request (RFC 9110, 8.4.1.3), up to a limit of what comes out.
///
/// Used on one thread at a time: it may begin on the loop and go on in the thread pool.
final class GzipDecoder: @unchecked Sendable {
    /// How far it is.
    enum Progress: Equatable, Sendable {
        /// There is more to do.
        case incomplete
        case complete
        case failed(RequestFailure)
    }

    /// What zlib keeps for a stream, rounded up.
    private static let stateBytes = 49_152
    /// How much room there is for a piece of the output, at least.
    private static let pieceBytes = 65_536

    /// What has come out so far.
    let output: Buffer
    private let input: Buffer
    private let limitBytes: Int
    private let stream: UnsafeMutablePointer<z_stream>
    private var consumed = 0
    private var hasBegun = false

    /// A decoder of `input`, which must not change any more, into at most `limitBytes` that are taken from `account`.
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

    /// Decompresses until about `count` more bytes have come out.
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
        // One byte more than allowed shows that there is too much.
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
            return inflateReset(stream) == Z_OK ? .incomplete : .failed(.badContent("it can't be continued"))
        case Z_OK where consumed < input.count || stream.pointee.avail_out == 0: return .incomplete
        case Z_OK, Z_BUF_ERROR: return .failed(.badContent("it ends before it is complete"))
        case Z_MEM_ERROR: return .failed(.outOfMemory)
        default: return .failed(.badContent(stream.pointee.msg.map { String(cString: $0) } ?? "it is not gzip"))
        }
    }
}
