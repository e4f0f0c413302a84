internal import EventLoop

extension Connection {
    /// Turns received bytes into requests, until the input ends or a request must be answered first.
    func process() {
        guard !isProcessing else { return }
        repeat {
            isWaitingForClient = false
            isProcessing = true
            while processStep() {}
            isProcessing = false
            settle()
        } while isWaitingForClient && stream.pendingBytes == 0 && state == .readingHead
        guard state != .closed else { return }
        if isWaitingForClient {
            // The next head has no deadline; the time limit for taking answers applies.
            stream.stopReading()
            deadline = 0
            return
        }
        if peerFinished { inputEnded() }
        setReadingDeadline()
    }

    /// Processes one step; returns whether there is more to do.
    private func processStep() -> Bool {
        switch state {
        case .readingHead:
            guard input.parsed < input.filled else { return false }
            if parser.isBetweenMessages {
                // A client that sends requests but accepts no answers would make the server accumulate them.
                isWaitingForClient = pendingBytes > server.configuration.pendingLimitBytes
                guard !isWaitingForClient else { return false }
                isHeadComplete = false
                answerFields = []
                count = AnswerCount()
                renewInput()
            }
            switch parser.feedHead(input) {
            case .incomplete: return false
            case .complete: headReceived()
            case .failed(let failure): fail(failure)
            }
            return true
        case .readingBody:
            takeBody()
            guard state == .readingBody else { return true }
            guard bodyRemaining == 0 else {
                readBody()
                return false
            }
            requestReceived()
            return true
        case .readingChunks:
            guard input.parsed < input.filled, let body else { return false }
            switch parser.feedChunks(input, into: body, limit: bodyLimitBytes) {
            case .incomplete:
                input.dropParsedBody()
                readBody()
                return false
            case .complete: requestReceived()
            case .failed(let failure): fail(failure)
            }
            return true
        case .discarding:
            let count = min(bodyRemaining, input.filled - input.parsed)
            input.parsed += count
            bodyRemaining -= count
            input.dropParsedBody()
            guard bodyRemaining == 0 else { return false }
            state = .readingHead
            return true
        case .exchanging, .closing, .lingering, .closed:
            return false
        }
    }

    /// Switches to a new buffer if something still refers to the last head, or if a request has made the buffer large.
    private func renewInput() {
        if !isKnownUniquelyReferenced(&input) || input.capacity > Self.keptInputBytes {
            input = input.successor(capacity: Self.inputBytes)
        }
    }

    private func headReceived() {
        isHeadComplete = true
        headCompletedAt = server.loop.nowMilliseconds
        version = input.version
        isHeadRequest = input.method == .head
        // If a CONNECT were accepted, another protocol would follow it.
        keepsAlive = parser.keepsAlive && !server.endsConnections && input.method != .connect
        isHeadDeadline = false
        switch server.handler.receivedHead(RequestHead(buffer: input)) {
        case .refuse(let response, let label):
            count.label = label
            refuse(response)
        case .stream(let takesCoded, let fields, let label):
            count.label = label
            answerFields = fields
            handOver(takesCoded: takesCoded)
        case .accept(let limit, let fields, let label):
            count.label = label
            answerFields = fields
            startBody(limit: min(limit, server.configuration.bodyLimitBytes))
        }
    }

    private func startBody(limit: Int) {
        guard parser.framing == .none || parser.contentCoding != .unknown else {
            refuse(server.answer(to: .unknownContentCoding))
            return
        }
        bodyLimitBytes = limit
        switch parser.framing {
        case .none:
            body = Buffer()
            requestReceived()
            return
        case .length(let count):
            guard count <= limit else {
                refuse(server.answer(to: .bodyTooLarge))
                return
            }
            // No memory is taken before bytes arrive; but a body that can't fit needn't be sent at all.
            guard server.configuration.memory.map({ count <= $0.state.freeBytes }) ?? true else {
                refuse(server.answer(to: .outOfMemory))
                return
            }
            body = Buffer(accountedIn: server.configuration.memory)
            bodyRemaining = count
            state = .readingBody
        case .chunked:
            body = Buffer(accountedIn: server.configuration.memory)
            state = .readingChunks
        }
        if parser.expectsContinue {
            outbox.own.append("HTTP/1.1 100 Continue\r\n\r\n")
        }
    }

    /// Copies the start of a body that was received together with the head; the rest is read directly into place.
    private func takeBody() {
        let bytes = input.unparsed.prefix(bodyRemaining)
        guard !bytes.isEmpty else { return }
        input.parsed += bytes.count
        appendToBody(UnsafeRawBufferPointer(rebasing: bytes))
    }

    /// Whether the body has no room for the next bytes, because none of it has arrived. They are received elsewhere and
    /// copied.
    var isBodyFull: Bool { body.map { $0.count == $0.capacity } ?? false }

    /// Takes bytes of a body of known length that were received into it or, if it had no room, into the server's scrap
    /// memory.
    func bodyReceived(_ count: Int) {
        receivedBodyBytes &+= count
        if isBodyFull {
            appendToBody(UnsafeRawBufferPointer(rebasing: server.scrap[..<count]))
        } else {
            body?.grow(by: count)
            bodyRemaining -= count
            makeRoomInBody()
        }
        if state == .readingBody { readBody() }
        if bodyRemaining == 0 || state != .readingBody {
            process()
        } else {
            deadline = server.deadline(after: server.configuration.bodyTimeout)
        }
    }

    /// The bytes just received are lost because there was no memory for them.
    func refuseInput() {
        isInputRefused = false
        switch state {
        case .readingHead, .readingChunks, .discarding:
            fail(.outOfMemory)
            settle()
        case .exchanging where arrivingBody != nil:
            failArrivingBody(.outOfMemory)
        case .exchanging:
            // They belong to a further request: the running one is answered, then the connection ends.
            keepsAlive = false
            lingers = true
        case .readingBody, .closing, .lingering, .closed:
            break
        }
    }

    private func appendToBody(_ bytes: UnsafeRawBufferPointer) {
        guard let body else { return }
        if body.tryAppend(bytes, upTo: body.count + bodyRemaining) {
            bodyRemaining -= bytes.count
            makeRoomInBody()
        } else {
            fail(.outOfMemory)
        }
    }

    /// Makes room for the next bytes of a body that has begun to arrive, so they needn't be copied.
    private func makeRoomInBody() {
        guard let body, bodyRemaining > 0, isBodyFull else { return }
        let next = min(bodyRemaining, server.scrap.count)
        if !body.tryReserve(next, upTo: body.count + bodyRemaining) { fail(.outOfMemory) }
    }

    /// Has the available part of a body parsed, unless so little will come that it can wait. A compressed body is
    /// parsed when it is decompressed.
    private func readBody() {
        guard let body, body.count + bodyRemaining > Self.unreadBodyBytes, parser.contentCoding == .identity else {
            return
        }
        if bodyReader == nil { bodyReader = server.handler.bodyReader(for: RequestHead(buffer: input)) }
        bodyReader?.bodyGrew(body)
    }

    func requestReceived() {
        let head = RequestHead(buffer: input)
        let body = body ?? Buffer()
        count.requestBytes = body.count
        let reader = bodyReader
        let exchange = beginExchange()
        if parser.contentCoding == .gzip, !body.isEmpty {
            let decoder = GzipDecoder(body, limitBytes: bodyLimitBytes, account: server.configuration.memory)
            server.decompress(decoder, for: head, exchange)
        } else {
            server.handler.received(Request(head: head, body: body, reader: reader), on: exchange)
        }
    }

    /// Begins to run a request.
    func beginExchange() -> Exchange {
        body = nil
        bodyReader = nil
        state = .exchanging
        deadline = 0
        let exchange = Exchange(on: self)
        self.exchange = exchange
        server.runningExchanges += 1
        return exchange
    }

    /// Answers a request without reading its body.
    func refuse(_ response: Response) {
        switch parser.framing {
        case .none:
            write(response)
            state = willClose ? .closing : .readingHead
        case .length(let count)
        where count <= server.configuration.discardLimitBytes && !parser.expectsContinue && keepsAlive:
            write(response)
            bodyRemaining = count
            lingers = willClose
            state = willClose ? .closing : .discarding
        case .length, .chunked:
            // A client that waits for "100 Continue" may or may not send the body, so the next request can't be
            // located.
            answerLast(response)
        }
    }

    /// Sends the last answer to a client whose request is incomplete or invalid.
    func fail(_ failure: RequestFailure) {
        if state == .readingHead {
            // The known method and version belong to the previous request.
            isHeadRequest = false
            version = .http11
            count = AnswerCount()
        }
        answerLast(server.answer(to: failure))
    }

    /// Sends an answer after which the connection ends, although the client may still be sending.
    func answerLast(_ response: Response) {
        body = nil
        bodyReader = nil
        keepsAlive = false
        lingers = true
        write(response)
        state = .closing
    }

    /// The client has finished sending, and no request is running.
    func inputEnded() {
        switch state {
        case .readingHead where !hasPartialRequest:
            state = .closing
        case .readingHead, .readingBody, .readingChunks, .discarding:
            fail(.malformed("it is incomplete"))
        case .exchanging:
            watchForReset()
            return
        case .closing, .lingering, .closed:
            break
        }
        settle()
    }
}
