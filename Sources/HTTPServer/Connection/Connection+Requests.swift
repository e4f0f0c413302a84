internal import EventLoop

extension Connection {
    /// Makes requests of what was received, until the input ends or a request has to be answered first.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        while processStep() {}
        isProcessing = false
        settle()
        guard state != .closed else { return }
        if peerFinished { inputEnded() }
        setReadingDeadline()
    }

    /// Whether there is more to do.
    private func processStep() -> Bool {
        switch state {
        case .readingHead:
            guard input.parsed < input.filled else { return false }
            if parser.isBetweenMessages {
                isHeadComplete = false
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
            guard bodyRemaining == 0 else { return false }
            requestReceived()
            return true
        case .readingChunks:
            guard input.parsed < input.filled, let body else { return false }
            switch parser.feedChunks(input, into: body, limit: bodyLimitBytes) {
            case .incomplete:
                input.dropParsedBody()
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
        keepsAlive = parser.keepsAlive && !server.isDraining && input.method != .connect
        isHeadDeadline = false
        switch server.handler.receivedHead(RequestHead(buffer: input)) {
        case .refuse(let response): refuse(response)
        case .accept(let limit): startBody(limit: min(limit, server.configuration.bodyLimitBytes))
        }
    }

    private func startBody(limit: Int) {
        switch parser.framing {
        case .none:
            body = Buffer()
            requestReceived()
            return
        case .length(let count):
            guard count <= limit else {
                refuse(server.configuration.bodyTooLarge)
                return
            }
            body = Buffer(capacity: count)
            bodyRemaining = count
            state = .readingBody
        case .chunked:
            body = Buffer()
            bodyLimitBytes = limit
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
        body?.append(UnsafeRawBufferPointer(rebasing: bytes))
        input.parsed += bytes.count
        bodyRemaining -= bytes.count
    }

    private func requestReceived() {
        let request = Request(head: RequestHead(buffer: input), body: body ?? Buffer())
        body = nil
        state = .exchanging
        deadline = 0
        let exchange = Exchange(on: self)
        self.exchange = exchange
        server.runningExchanges += 1
        server.handler.received(request, on: exchange)
    }

    /// Answers a request whose body is not wanted.
    private func refuse(_ response: Response) {
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

    private func fail(_ failure: RequestFailure) {
        if failure == .bodyTooLarge {
            answerLast(server.configuration.bodyTooLarge)
        } else {
            answerPartialRequest(.empty(failure.status))
        }
    }

    /// Sends the last answer to a client whose request has not arrived completely, or cannot be understood.
    func answerPartialRequest(_ response: Response) {
        if state == .readingHead {
            // What is known of the method and the version is the last request's.
            isHeadRequest = false
            version = .http11
        }
        answerLast(response)
    }

    /// Sends an answer after which the connection ends, although the client may still be sending.
    func answerLast(_ response: Response) {
        body = nil
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
            answerPartialRequest(.empty(RequestFailure.malformed.status))
        case .exchanging:
            watchForReset()
            return
        case .closing, .lingering, .closed:
            break
        }
        settle()
    }

    private func setReadingDeadline() {
        switch state {
        case .readingHead where hasPartialRequest:
            // From the first byte of the head on; later bytes don't put it off.
            guard !isHeadDeadline else { return }
            isHeadDeadline = true
            deadline = server.deadline(after: server.configuration.headTimeout)
        case .readingHead:
            isHeadDeadline = false
            deadline = server.deadline(after: server.configuration.idleTimeout)
        case .readingBody, .readingChunks, .discarding:
            deadline = server.deadline(after: server.configuration.bodyTimeout)
        case .exchanging, .closing, .lingering, .closed:
            break
        }
        if server.isDraining { limitForDraining() }
    }
}
