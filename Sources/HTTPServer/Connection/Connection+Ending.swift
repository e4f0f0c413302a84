internal import EventLoop

extension Connection {
    // MARK: - Regular end

    /// The last answer was passed to the kernel.
    func finishClosing() {
        guard lingers, !peerFinished else {
            close()
            return
        }
        // Closing now, with unread bytes, would reset the connection, and the client might lose the answer (RFC 9112,
        // 9.6).
        state = .lingering
        stream.finishWriting()
        lingerEnd = server.deadline(after: server.configuration.lingerLimit)
        setLingerDeadline()
        resumeReading()
    }

    /// The client kept sending; that is discarded, up to a limit.
    func lingered(_ count: Int) {
        lingeredBytes += count
        if lingeredBytes > server.configuration.lingerLimitBytes {
            close()
        } else {
            setLingerDeadline()
        }
    }

    private func setLingerDeadline() {
        deadline = min(lingerEnd, server.deadline(after: server.configuration.lingerTimeout))
        if server.isDraining { limitForDraining() }
    }

    /// Releases everything immediately. The running exchange is notified that its client is gone.
    func close() {
        guard state != .closed else { return }
        let wasExchanging = state == .exchanging
        state = .closed
        reportLastCount()
        stopWatching()
        outbox.removeAll()
        body = nil
        arrivingBody = nil
        responseStream = nil
        stream.close()
        let exchange = exchange
        self.exchange = nil
        if wasExchanging, exchange != nil { server.runningExchanges -= 1 }
        server.remove(self)
        exchange?.clientGone()
    }

    // MARK: - Draining

    /// The server takes no new work: closes the connection unless a request is running.
    func drain() {
        switch state {
        case .readingHead where !hasPartialRequest:
            state = .closing
            settle()
        case .readingHead, .readingBody, .readingChunks, .discarding, .lingering,
            .exchanging where arrivingBody != nil:
            limitForDraining()
        case .exchanging, .closing, .closed:
            break
        }
    }

    func limitForDraining() {
        guard state != .exchanging || arrivingBody != nil, state != .closing, state != .closed else { return }
        deadline = deadline == 0 ? server.drainEnd : min(deadline, server.drainEnd)
    }

    // MARK: - Timeouts

    /// Sets the deadline for what is being read now.
    func setReadingDeadline() {
        switch state {
        case .readingHead where hasPartialRequest:
            // Counts from the first byte of the head; later bytes don't extend it.
            guard !isHeadDeadline else { return }
            isHeadDeadline = true
            deadline = server.deadline(after: server.configuration.headTimeout)
        case .readingHead:
            isHeadDeadline = false
            deadline = server.deadline(after: server.configuration.idleTimeout)
        case .readingBody, .readingChunks, .discarding:
            deadline = server.deadline(after: server.configuration.bodyTimeout)
        case .exchanging where arrivingBody != nil:
            // While nothing is read, the client waits for the handler.
            deadline = stream.isReading ? server.deadline(after: server.configuration.bodyTimeout) : 0
        case .exchanging, .closing, .lingering, .closed:
            break
        }
        if server.isDraining { limitForDraining() }
    }

    /// Called at regular intervals.
    func tick(now: Int) {
        if deadline != 0, now >= deadline {
            giveUp(timeoutReason)
        } else if let minimum = server.configuration.minimumRate, isBodyTooSlow(minimum, now: now) {
            giveUp("The body of the request arrived too slowly: less than \(minimum).")
        } else {
            checkStall(now: now)
        }
    }

    private var timeoutReason: String {
        let configuration = server.configuration
        return state == .readingHead
            ? "The head of the request was not complete within \((configuration.headTimeout ?? .zero).text)."
            : "Nothing of the body of the request arrived for \((configuration.bodyTimeout ?? .zero).text)."
    }

    /// Ends a connection whose request doesn't arrive in time.
    private func giveUp(_ reason: String) {
        deadline = 0
        switch state {
        case .readingHead, .readingBody, .readingChunks:
            if hasPartialRequest, !server.isDraining {
                fail(.timedOut(reason))
            } else {
                state = .closing
            }
            settle()
        case .discarding:
            // The request has already been answered.
            lingers = true
            state = .closing
            settle()
        case .lingering: close()
        case .exchanging where arrivingBody != nil: failArrivingBody(.timedOut(reason))
        case .exchanging, .closing, .closed: break
        }
    }

    private func isBodyTooSlow(_ minimum: MinimumRate, now: Int) -> Bool {
        switch state {
        case .readingBody, .readingChunks, .discarding,
            .exchanging where arrivingBody != nil:
            // What this server doesn't read, the client can't send.
            if watchedHead != headCompletedAt || !stream.isReading { bodyRate.restart() }
            watchedHead = headCompletedAt
            return bodyRate.isTooSlow(receivedBodyBytes, at: .milliseconds(now), minimum: minimum)
        case .readingHead, .exchanging, .closing, .lingering, .closed:
            return false
        }
    }

    /// Gives up a client that accepts nothing, or almost nothing, of what it is sent.
    private func checkStall(now: Int) {
        let pending = stream.pendingBytes
        guard pending > 0 else {
            writtenBytesAtStall = .min
            answerRate.restart()
            return
        }
        // What the client accepts first makes room in the kernel, which holds megabytes; only after that does our own
        // queue shrink.
        let written = stream.queuedBytes - pending - ((stream as? TCPStream)?.unacknowledgedBytes ?? 0)
        if let minimum = server.configuration.minimumRate,
            answerRate.isTooSlow(written, at: .milliseconds(now), minimum: minimum)
        {
            reset()
        } else if written != writtenBytesAtStall {
            writtenBytesAtStall = written
            stallDeadline = server.deadline(after: server.configuration.writeTimeout)
        } else if stallDeadline != 0, now >= stallDeadline {
            reset()
        }
    }

    /// Resets the connection, discarding what the kernel still holds for the client.
    private func reset() {
        (stream as? TCPStream)?.reset()
        close()
    }
}
