internal import EventLoop

/// Bodies that are handed on piece by piece.
extension Connection {
    /// The size of a piece.
    static let pieceBytes = 262_144
    /// A piece with less room than this is full.
    private static let pieceRoomBytes = 16_384

    /// Where the body of the running request goes.
    struct Streaming {
        let receiver: any BodyReceiver
        let intake: BodyIntake
        /// How many bytes were handed on.
        var bytes = 0
        /// The receiver has enough for now.
        var isPaused = false
    }

    /// Begins a body for `receiver`, up to `limit` bytes.
    func startStreaming(to receiver: any BodyReceiver, limit: Int) {
        guard parser.framing == .none || parser.contentCoding == .identity else {
            refuse(server.answer(to: .unsupportedContentCoding))
            return receiver.abandoned()
        }
        if case .length(let count) = parser.framing, count > limit {
            refuse(server.answer(to: .bodyTooLarge))
            return receiver.abandoned()
        }
        bodyLimitBytes = limit
        // Nothing is taken before bytes arrive.
        body = Buffer(accountedIn: server.configuration.memory)
        let intake = BodyIntake(on: self)
        streaming = Streaming(receiver: receiver, intake: intake)
        receiver.began(intake)
        switch parser.framing {
        case .none: return requestReceived()
        case .length(let count):
            bodyRemaining = count
            state = .readingBody
        case .chunked: state = .readingChunks
        }
        if parser.expectsContinue { outbox.own.append("HTTP/1.1 100 Continue\r\n\r\n") }
    }

    /// Hands the piece on that is being received, if it is full or the body's last; else makes room for the rest of it.
    func handOn(isLast: Bool) {
        guard let streaming, let piece = body, !piece.isEmpty else { return }
        guard isLast || piece.count > Self.pieceBytes - Self.pieceRoomBytes else {
            if !piece.tryReserve(Self.pieceBytes - piece.count, upTo: Self.pieceBytes) { fail(.outOfMemory) }
            return
        }
        let next = Buffer(accountedIn: server.configuration.memory)
        guard isLast || next.tryReserve(Self.pieceBytes, upTo: Self.pieceBytes) else { return fail(.outOfMemory) }
        body = next
        self.streaming?.bytes += piece.count
        guard !streaming.receiver.received(piece), !isLast, self.streaming != nil else { return }
        self.streaming?.isPaused = true
        stream.stopReading()
        deadline = 0
    }

    /// The body is complete.
    ///
    /// - Returns: Who has got it; nil if nobody has, piece by piece.
    func endStreaming() -> (any BodyReceiver)? {
        guard let streaming else { return nil }
        handOn(isLast: true)
        self.streaming = nil
        streaming.receiver.ended()
        if streaming.isPaused { resumeReading() }
        return streaming.receiver
    }

    /// The rest of the body will not come.
    func abandonStreaming() {
        guard let streaming else { return }
        self.streaming = nil
        streaming.receiver.abandoned()
    }

    // MARK: - What receivers ask for

    func resumeBody(of intake: BodyIntake) {
        guard let streaming, streaming.intake === intake, streaming.isPaused else { return }
        self.streaming?.isPaused = false
        deadline = server.deadline(after: server.configuration.bodyTimeout)
        if server.isDraining { limitForDraining() }
        resumeReading()
    }

    func refuseBody(of intake: BodyIntake, _ response: Response) {
        guard let streaming, streaming.intake === intake else { return }
        self.streaming = nil
        answerLast(response)
        settle()
    }
}
