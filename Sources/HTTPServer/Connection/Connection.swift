internal import EventLoop

/// One client: reads requests one after another, and sends the answers in the same order.
///
/// This file has the state and receives bytes. `Connection+Requests` turns them into requests,
/// `Connection+ArrivingBody` passes requests on before their bodies have arrived, `Connection+Answers` sends answers,
/// `Connection+PeerFinished` distinguishes clients that are gone from those that only finished sending, and
/// `Connection+Ending` closes.
final class Connection {
    enum State {
        /// Between requests, or within a head.
        case readingHead
        /// Within a body of known length, which is read directly into `body`.
        case readingBody
        /// Within a chunked body.
        case readingChunks
        /// Within the body of a refused request, which is discarded.
        case discarding
        /// A request is running. What the client sends in the meantime is buffered in `input`.
        case exchanging
        /// The last answer is being sent.
        case closing
        /// The last answer was sent, and the client gets time to read it before the connection is closed.
        case lingering
        case closed
    }

    /// The initial buffer size for heads and chunks.
    static let inputBytes = 8_192
    /// The buffer size for a body that is taken while it arrives.
    static let arrivingBytes = 65_536
    /// A body up to this size isn't parsed before it is complete.
    static let unreadBodyBytes = 65_536
    /// The largest buffer that is kept from one request to the next.
    static let keptInputBytes = 262_144

    let server: HTTPServer
    let stream: Stream
    /// The index of this connection in the server.
    var index = 0

    var state = State.readingHead
    var input: MessageBuffer
    let parser: RequestParser
    let outbox = ResponseOutbox()
    /// While bytes are being processed, nothing is flushed: the answers to pipelined requests are sent together.
    var isProcessing = false
    var isFlushScheduled = false

    // The request being read or answered.
    var body: Buffer?
    var bodyReader: (any BodyReader)?
    var bodyRemaining = 0
    var bodyLimitBytes = 0
    var keepsAlive = true
    var isHeadRequest = false
    /// Whether `input` holds a complete head, and since when, in the loop's milliseconds.
    var isHeadComplete = false
    /// Fields that the handler wants in the answer, whatever it is.
    var answerFields: [Response.Field] = []
    var headCompletedAt = 0
    /// What is reported about the answer.
    var count = AnswerCount()
    var version = HTTPVersion.http11
    /// Not owned: the code that answers holds the exchange, which notifies the connection when it is released.
    unowned(unsafe) var exchange: Exchange?
    unowned(unsafe) var responseStream: ResponseStream?
    /// The body of a request that was passed on before the body arrived, until all of it was taken.
    var arrivingBody: ArrivingBody?
    var streamFraming = StreamFraming.chunked

    /// There was no memory for the bytes being received: they go into the server's scrap memory.
    var isInputRefused = false
    /// The client has to accept answers before its next request is processed.
    var isWaitingForClient = false

    // How the connection ends.
    var peerFinished = false
    var lingers = false
    var isStatusPrefixSent = false
    var probe: Timer?
    var probeStep = 0
    var lingeredBytes = 0
    /// The latest end of lingering, in the loop's milliseconds.
    var lingerEnd = 0

    /// When to give up, in the loop's milliseconds; 0 for never.
    var deadline = 0
    var isHeadDeadline = false
    var writtenBytesAtStall = Int.min
    var stallDeadline = 0
    /// Bytes of bodies and their framing, since the connection began.
    var receivedBodyBytes = 0
    var bodyRate = RateWatch()
    /// The request whose body ``bodyRate`` watches.
    var watchedHead = 0
    var answerRate = RateWatch()

    /// The connection's number among those of the server, from 1.
    let number: Int

    init(server: HTTPServer, stream: Stream) {
        self.server = server
        number = server.nextConnectionNumber()
        self.stream = stream
        input = MessageBuffer(
            capacity: Self.inputBytes, fieldLimit: server.configuration.fieldLimit, account: server.configuration.memory
        )
        parser = RequestParser(configuration: server.configuration)
        stream.delegate = self
    }

    /// Starts to serve a newly accepted client.
    func start() {
        deadline = server.deadline(after: server.configuration.headTimeout)
        isHeadDeadline = true
        resumeReading()
    }

    var peerAddress: String? { (stream as? TCPStream)?.peerAddress }
    var pendingBytes: Int { stream.pendingBytes + outbox.count }

    /// Whether a part of a request was received, but not all of it.
    var hasPartialRequest: Bool {
        switch state {
        case .readingHead: !parser.isBetweenMessages || input.parsed < input.filled
        case .readingBody, .readingChunks, .discarding: true
        case .exchanging, .closing, .lingering, .closed: false
        }
    }

    func resumeReading() {
        guard !peerFinished, !stream.isReading else { return }
        do {
            try stream.startReading()
        } catch {
            close()
        }
    }
}

extension Connection: StreamDelegate {
    func streamNeedsBuffer(_ stream: Stream) -> UnsafeMutableRawBufferPointer {
        switch state {
        case .readingBody:
            guard let body else { return server.scrap }
            // A body gets memory for what has arrived, not for what was announced.
            let room = isBodyFull ? server.scrap : body.spare
            return UnsafeMutableRawBufferPointer(rebasing: room.prefix(bodyRemaining))
        case .readingHead: return room(atLeast: 4_096)
        case .exchanging:
            let limit = server.configuration.pipelineLimitBytes - (input.filled - input.parsed)
            // A body is taken from here; larger pieces are faster.
            let room = room(atLeast: arrivingBody == nil ? 4_096 : Self.arrivingBytes)
            return UnsafeMutableRawBufferPointer(rebasing: room.prefix(max(1, limit)))
        case .readingChunks, .discarding: return room(atLeast: 65_536)
        case .closing, .lingering, .closed: return server.scrap
        }
    }

    private func room(atLeast minimum: Int) -> UnsafeMutableRawBufferPointer {
        if let spare = input.spare(atLeast: minimum) { return spare }
        isInputRefused = true
        return server.scrap
    }

    func stream(_ stream: Stream, received count: Int) {
        guard !isInputRefused else { return refuseInput() }
        switch state {
        case .readingBody: bodyReceived(count)
        case .exchanging:
            input.filled += count
            if arrivingBody != nil {
                receivedBodyBytes &+= count
                bodyArrived()
            }
            if state == .exchanging, input.filled - input.parsed >= server.configuration.pipelineLimitBytes {
                // A body waits for its handler, not for the client.
                if arrivingBody != nil { deadline = 0 }
                stream.stopReading()
                watchForReset()
            }
        case .readingHead, .readingChunks, .discarding:
            input.filled += count
            receivedBodyBytes &+= count
            process()
        case .closing, .closed: break
        case .lingering: lingered(count)
        }
    }

    func streamEnded(_ stream: Stream) {
        peerFinished = true
        switch state {
        case .exchanging:
            watchForReset()
            if arrivingBody != nil { bodyArrived() }
            responseStream?.onPeerFinished?()
        case .readingHead, .readingBody, .readingChunks, .discarding: inputEnded()
        case .lingering: close()
        case .closing, .closed: break
        }
    }

    func streamFailed(_ stream: Stream, _ error: EventLoopError) {
        close()
    }

    func streamDrained(_ stream: Stream) {
        if state == .closing {
            settle()
        } else if isWaitingForClient {
            resumeReading()
            process()
        } else {
            responseStream?.onDrained?()
        }
    }
}

@available(*, unavailable)
extension Connection: Sendable {}
