internal import EventLoop

extension Connection {
    /// Makes requests of what was received, until the input ends or a request has to be answered first.
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
            // No deadline for the next head: the limit of time for taking answers counts.
            stream.stopReading()
            deadline = 0
            return
        }
        if peerFinished { inputEnded() }
        setReadingDeadline()
    }

    /// Whether there is more to do.
    private func processStep() -> Bool {
        switch state {
        case .readingHead:
            guard input.parsed < input.filled else { return false }
            if parser.isBetweenMessages {
                // A client that sends requests and takes no answers would make the server collect them.
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

    /// Takes a new buffer when somebody still refers to the last head, or when a request has made the buffer large.
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
        // What follows a CONNECT would be another protocol, if it were accepted.
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
            // Nothing is taken before bytes arrive; but what can't fit now need not be sent.
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

    /// Copies the start of a body that was received together with the head; the rest is read to where it shall be.
    private func takeBody() {
        let bytes = input.unparsed.prefix(bodyRemaining)
        guard !bytes.isEmpty else { return }
        input.parsed += bytes.count
        appendToBody(UnsafeRawBufferPointer(rebasing: bytes))
    }

    /// Whether the body has no room for what comes next: nothing of it has arrived. That is received elsewhere and copied.
    var isBodyFull: Bool { body.map { $0.count == $0.capacity } ?? false }

    /// Takes bytes of a body of known length that were received into it or, as it had no room, into the server's scrap.
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

    /// What was received just now is lost: there was no memory for it.
    func refuseInput() {
        isInputRefused = false
        switch state {
        case .readingHead, .readingChunks, .discarding:
            fail(.outOfMemory)
            settle()
        case .exchanging where arrivingBody != nil:
            failArrivingBody(.outOfMemory)
        case .exchanging:
            // Part of a further request: the running one is answered, then the connection ends.
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

    /// Makes room for what comes next of a body that has begun to arrive, so that it need not be copied.
    private func makeRoomInBody() {
        guard let body, bodyRemaining > 0, isBodyFull else { return }
        let next = min(bodyRemaining, server.scrap.count)
        if !body.tryReserve(next, upTo: body.count + bodyRemaining) { fail(.outOfMemory) }
    }

    /// Has what is there of a body read, unless so little will come that it can wait. A compressed one is read when it is
    /// decompressed.
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

    /// From now on a request runs.
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

    /// Answers a request whose body is not wanted.
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
            // A client that waits for "100 Continue" may send the body or not: the next request cannot be found.
            answerLast(response)
        }
    }

    /// Sends the last answer to a client whose request has not arrived completely, or cannot be understood.
    func fail(_ failure: RequestFailure) {
        if state == .readingHead {
            // What is known of the method and the version is the last request's.
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

    /// The client has finished sending, and no request runs.
    func inputEnded() {
        switch state {
        case .readingHead where !hasPartialRequest:
            state = .closing
        case .readingHead, .readingBody, .readingChunks, .discarding:
            fail(.malformed("it ends before it is complete"))
        case .exchanging:
            watchForReset()
            return
        case .closing, .lingering, .closed:
            break
        }
        settle()
    }
}
