internal import EventLoop

extension Connection {
    /// How the end of a streamed answer is signaled.
    enum StreamFraming {
        case chunked
        /// By closing the connection.
        case close
        /// Not at all: the answer to HEAD has no body.
        case none
    }

    /// Whether the connection ends after the current answer.
    var willClose: Bool {
        !keepsAlive || server.endsConnections || (peerFinished && input.parsed == input.filled)
    }

    // MARK: - Complete answers

    /// Sends the answer of the running exchange, which has released this connection.
    func exchangeAnswered(_ response: Response) {
        letGoOfBody()
        write(response)
        exchangeEnded()
    }

    /// An exchange was released before it was answered, or a stream before it was finished.
    func exchangeAbandoned(hasStarted: Bool) {
        exchange = nil
        guard state == .exchanging else { return }
        if hasStarted {
            streamAborted()
        } else {
            exchangeAnswered(server.answer(to: .unanswered))
        }
    }

    private func exchangeEnded() {
        server.runningExchanges -= 1
        stopWatching()
        if willClose {
            lingers = lingers || input.parsed < input.filled
            state = .closing
        } else {
            state = .readingHead
        }
        guard !isProcessing else { return }
        if state == .readingHead {
            resumeReading()
            process()
        } else {
            settle()
        }
    }

    /// Writes a complete answer to the outbox.
    func write(_ response: Response) {
        let hasBody = response.status >= 200 && response.status != 204 && response.status != 304
        writeHead(response, length: hasBody ? response.body.count : nil, isChunked: false)
        if hasBody, !isHeadRequest {
            outbox.append(response.body)
            count.responseBytes = response.body.count
        }
        count.status = response.status
        reportCount()
    }

    private func writeHead(_ response: Response, length: Int?, isChunked: Bool) {
        if server.configuration.reportsAnswers { reportAnswer(response.status) }
        let own = outbox.own
        if isStatusPrefixSent {
            isStatusPrefixSent = false
        } else {
            own.append(statusLinePrefix(version))
        }
        appendStatus(response.status, to: own)
        if let type = response.contentType {
            own.append("content-type: ")
            own.append(type)
            own.append("\r\n")
        }
        if let length {
            own.append("content-length: ")
            own.append(decimal: length)
            own.append("\r\n")
        }
        for field in response.fields { append(field) }
        for field in answerFields { append(field) }
        if isChunked {
            own.append("transfer-encoding: chunked\r\n")
        }
        server.date.append(to: own, nowMilliseconds: server.loop.nowMilliseconds)
        if willClose {
            own.append("connection: close\r\n")
        } else if version == .http10 {
            own.append("connection: keep-alive\r\n")
        }
        own.append("\r\n")
    }

    private func append(_ field: Response.Field) {
        let own = outbox.own
        own.append(field.name)
        own.append(": ")
        own.append(fieldValue: field.value)
        own.append("\r\n")
    }

    private func reportAnswer(_ status: Int) {
        let time = isHeadComplete ? server.loop.nowMilliseconds - headCompletedAt : 0
        server.handler.answering(
            isHeadComplete ? RequestHead(buffer: input) : nil, status: status, after: .milliseconds(time))
    }

    // MARK: - Streams

    func streamStarted(_ stream: ResponseStream, _ response: Response) {
        responseStream = stream
        if version == .http10 {
            keepsAlive = false
        }
        streamFraming = isHeadRequest ? .none : version == .http11 ? .chunked : .close
        writeHead(response, length: nil, isChunked: version == .http11)
        count.status = response.status
        server.flushLater(self)
    }

    func streamWrote(_ body: ResponseBody) {
        let count = body.count
        guard count > 0 else { return }
        switch streamFraming {
        case .none: return
        case .close: outbox.append(body)
        case .chunked:
            outbox.own.append(hexadecimal: count)
            outbox.own.append("\r\n")
            outbox.append(body)
            outbox.own.append("\r\n")
        }
        self.count.responseBytes += count
        server.flushLater(self)
    }

    /// Ends the answer of the running exchange, which has released this connection.
    func streamFinished() {
        responseStream = nil
        letGoOfBody()
        if streamFraming == .chunked {
            outbox.own.append("0\r\n\r\n")
        }
        reportCount()
        exchangeEnded()
    }

    /// Ends an incomplete answer so that the client can tell.
    func streamAborted() {
        responseStream = nil
        letGoOfBody()
        guard state == .exchanging else { return }
        reportCount()
        server.runningExchanges -= 1
        stopWatching()
        if streamFraming == .close, let stream = stream as? TCPStream {
            // This client would take a regular end for the end of a complete answer.
            stream.reset()
            close()
        } else {
            // The missing last chunk tells the client.
            lingers = true
            keepsAlive = false
            state = .closing
            if !isProcessing { settle() }
        }
    }

    // MARK: - Sending

    /// Sends what has been collected, and ends the connection if it was waiting for that.
    func settle() {
        guard state != .closed else { return }
        outbox.flush(to: stream)
        if state == .closing, stream.pendingBytes == 0 {
            finishClosing()
        }
    }

    /// Sends what one round of the loop has collected for a stream.
    func flushScheduled() {
        isFlushScheduled = false
        settle()
    }
}

extension Buffer {
    /// Appends a field value. Control characters are replaced, because they could end the value and begin another
    /// field.
    fileprivate func append(fieldValue value: String) {
        for byte in value.utf8 {
            append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
        }
    }
}
