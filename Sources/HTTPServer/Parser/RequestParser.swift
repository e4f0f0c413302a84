internal import CHTTPParser
internal import EventLoop

/// Parses requests with llhttp.
///
/// llhttp sees only heads and trailers. The parser reports how a body is framed, and the connection reads a body of
/// known length directly into place; a ``ChunkDecoder`` decodes chunks.
final class RequestParser {
    /// How the body of a request is sent.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// The state of a head.
    enum HeadProgress {
        case incomplete
        case complete
        case failed(RequestFailure)
    }

    /// The state of a chunked body.
    enum ChunkProgress {
        case incomplete
        case complete
        case failed(RequestFailure)
    }

    /// A longer token isn't a method.
    private static let methodLimitBytes = 32
    /// Bytes of empty lines before a request line to skip; RFC 9112, 2.2 asks for at least one line.
    private static let emptyLineLimitBytes = 8

    private let raw: UnsafeMutablePointer<llhttp_t>
    private let state: UnsafeMutablePointer<ParserState>
    private let headLimitBytes: Int
    private let chunkExtensionLimitBytes: Int
    private var chunks: ChunkDecoder
    private var isInHead = false
    private var isPaused = false
    private var emptyLineBytes = 0
    private var methodCount = 0

    /// The body framing of the last completed head.
    var framing: Framing { state.pointee.framing }
    /// Whether the client wants to keep the connection after the request of the last completed head.
    var keepsAlive: Bool { state.pointee.keepsAlive }
    /// Whether the client waits for permission before it sends the body.
    var expectsContinue: Bool { state.pointee.expectsContinue }
    /// How that request's body is compressed.
    var contentCoding: ContentCoding { state.pointee.contentCoding }
    /// Whether part of a head was parsed.
    var isBetweenMessages: Bool { !isInHead }

    init(configuration: HTTPConfiguration) {
        headLimitBytes = configuration.headLimitBytes
        chunkExtensionLimitBytes = configuration.chunkExtensionLimitBytes
        chunks = ChunkDecoder(extensionLimitBytes: chunkExtensionLimitBytes)
        state = .allocate(capacity: 1)
        state.initialize(to: ParserState(configuration: configuration))
        raw = .allocate(capacity: 1)
        llhttp_init(raw, HTTP_REQUEST, ParserState.settings)
        raw.pointee.data = UnsafeMutableRawPointer(state)
    }

    deinit {
        raw.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    // MARK: - Heads

    /// Parses the next head, as far as it has arrived in `buffer`. Leaves what follows a complete head there.
    func feedHead(_ buffer: MessageBuffer) -> HeadProgress {
        if !isInHead {
            guard skipEmptyLines(buffer) else { return .failed(.malformed("too many empty lines precede it")) }
            guard buffer.parsed < buffer.filled else { return .incomplete }
            switch beginHead(buffer) {
            case .complete: break
            case .incomplete: return .incomplete
            case .failed(let failure): return .failed(failure)
            }
        }
        let status = execute(buffer)
        let count = buffer.parsed - buffer.start
        guard status == HPE_OK || status == HPE_PAUSED else {
            // A head that is too long is reported as such, whatever else is wrong beyond the limit.
            return .failed(state.pointee.failure ?? (count > headLimitBytes ? .fieldsTooLarge : .malformed(reason)))
        }
        guard count <= headLimitBytes else { return .failed(.fieldsTooLarge) }
        guard status == HPE_PAUSED else { return .incomplete }
        isInHead = false
        buffer.headCount = count
        buffer.fieldCount = state.pointee.fieldCount
        buffer.target = state.pointee.target
        buffer.version = state.pointee.version
        guard hasSingleSpaces(buffer) else {
            return .failed(.malformed("single spaces must separate the parts of its first line"))
        }
        if let failure = state.pointee.checkFields(of: buffer) { return .failed(failure) }
        if framing == .chunked { chunks = ChunkDecoder(extensionLimitBytes: chunkExtensionLimitBytes) }
        return .complete
    }

    /// llhttp accepts any number of spaces between the parts of a request line; RFC 9112, 3 allows one.
    private func hasSingleSpaces(_ buffer: MessageBuffer) -> Bool {
        let afterTarget = buffer.start + Int(buffer.target.start + buffer.target.count) + 1
        return Int(buffer.target.start) == methodCount + 1
            && buffer.base.load(fromByteOffset: afterTarget, as: UInt8.self) == UInt8(ascii: "H")
    }

    private func skipEmptyLines(_ buffer: MessageBuffer) -> Bool {
        while buffer.parsed < buffer.filled {
            let byte = buffer.base.load(fromByteOffset: buffer.parsed, as: UInt8.self)
            guard byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") else { break }
            buffer.parsed += 1
            emptyLineBytes += 1
        }
        buffer.beginMessage()
        return emptyLineBytes <= Self.emptyLineLimitBytes
    }

    /// Reads the method, because llhttp refuses methods that it doesn't know.
    private func beginHead(_ buffer: MessageBuffer) -> HeadProgress {
        let bytes = buffer.unparsed
        var count = 0
        while count < bytes.count, bytes[count] != UInt8(ascii: " ") {
            guard count < Self.methodLimitBytes, isTokenByte(bytes[count]) else {
                return .failed(.malformed("it doesn't begin with a method"))
            }
            count += 1
        }
        guard count < bytes.count else { return .incomplete }
        guard count > 0 else { return .failed(.malformed("it doesn't begin with a method")) }
        buffer.method = HTTPMethod(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        if !buffer.method.isNative {
            // For CONNECT, the parser must know the next byte.
            guard count + 1 < bytes.count else { return .incomplete }
            let isAuthority = bytes[count + 1] != UInt8(ascii: "/") && buffer.method == .connect
            if !isAuthority {
                resume()
                _ = llhttp_execute(raw, "POST ", 5)
                buffer.parsed += count + 1
            }
        }
        state.pointee.beginHead()
        methodCount = count
        emptyLineBytes = 0
        isInHead = true
        return .complete
    }

    // MARK: - Chunked bodies

    /// Decodes the part of a chunked body that has arrived in `buffer`, and appends it to `body`.
    func feedChunks(_ buffer: MessageBuffer, into body: Buffer, limit: Int) -> ChunkProgress {
        if !chunks.hasEnded {
            let (count, progress) = chunks.feed(buffer.unparsed, into: body, limit: limit)
            buffer.parsed += count
            switch progress {
            case .incomplete: return .incomplete
            case .failed(let failure): return .failed(failure)
            case .complete:
                // All that llhttp sees of the chunks is that they have ended.
                resume()
                _ = llhttp_execute(raw, "0\r\n", 3)
                state.pointee.beginTrailer()
            }
        }
        let status = execute(buffer)
        switch status {
        case HPE_OK: return .incomplete
        case HPE_PAUSED: return .complete
        default: return .failed(state.pointee.failure ?? .malformed(reason))
        }
    }

    // MARK: - llhttp

    /// What llhttp reports as wrong.
    private var reason: String {
        llhttp_get_error_reason(raw).map { String(cString: $0) } ?? "it can't be parsed"
    }

    private func resume() {
        guard isPaused else { return }
        isPaused = false
        llhttp_resume(raw)
    }

    private func execute(_ buffer: MessageBuffer) -> llhttp_errno_t {
        resume()
        let bytes = buffer.unparsed
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return HPE_OK }
        state.pointee.base = UnsafeRawPointer(buffer.base + buffer.start)
        state.pointee.fields = buffer.fields
        let status = llhttp_execute(raw, start.assumingMemoryBound(to: CChar.self), bytes.count)
        switch status {
        case HPE_PAUSED:
            isPaused = true
            buffer.parsed = UnsafeRawPointer(llhttp_get_error_pos(raw)) - UnsafeRawPointer(buffer.base)
        default:
            buffer.parsed = buffer.filled
        }
        return status
    }
}

@available(*, unavailable)
extension RequestParser: Sendable {}
