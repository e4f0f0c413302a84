internal import EventLoop

extension Connection {
    // MARK: - Regular end

    /// The last answer was handed to the kernel.
    func finishClosing() {
        guard lingers, !peerFinished else {
            close()
            return
        }
        // Closing now, with bytes unread, would reset the connection, and the client might lose the answer (RFC 9112, 9.6).
        state = .lingering
        stream.finishWriting()
        lingerEnd = server.deadline(after: server.configuration.lingerLimit)
        setLingerDeadline()
        resumeReading()
    }

    /// The client went on sending; that is thrown away, up to as much as a body may have.
    func lingered(_ count: Int) {
        lingeredBytes += count
        if lingeredBytes > server.configuration.bodyLimitBytes {
            close()
        } else {
            setLingerDeadline()
        }
    }

    private func setLingerDeadline() {
        deadline = min(lingerEnd, server.deadline(after: server.configuration.lingerTimeout))
        if server.isDraining { limitForDraining() }
    }

    /// Lets go of everything at once. The exchange that runs is told that its client is gone.
    func close() {
        guard state != .closed else { return }
        let wasExchanging = state == .exchanging
        state = .closed
        stopWatching()
        outbox.removeAll()
        body = nil
        responseStream = nil
        stream.close()
        let exchange = exchange
        self.exchange = nil
        if wasExchanging, exchange != nil { server.runningExchanges -= 1 }
        server.remove(self)
        exchange?.clientGone()
    }

    // MARK: - Draining

    /// The server takes no new work: ends what does not run.
    func drain() {
        switch state {
        case .readingHead where !hasPartialRequest:
            state = .closing
            settle()
        case .readingHead, .readingBody, .readingChunks, .discarding, .lingering:
            limitForDraining()
        case .exchanging, .closing, .closed:
            break
        }
    }

    func limitForDraining() {
        guard state != .exchanging, state != .closing, state != .closed else { return }
        deadline = deadline == 0 ? server.drainEnd : min(deadline, server.drainEnd)
    }

    // MARK: - Timeouts

    /// Called every now and then.
    func tick(now: Int) {
        if deadline != 0, now >= deadline {
            timedOut()
        } else {
            checkStall(now: now)
        }
    }

    private func timedOut() {
        deadline = 0
        switch state {
        case .readingHead, .readingBody, .readingChunks, .discarding:
            if hasPartialRequest, !server.isDraining {
                answerPartialRequest(.empty(408))
            } else {
                state = .closing
            }
            settle()
        case .lingering: close()
        case .exchanging, .closing, .closed: break
        }
    }

    /// Gives a client up that takes nothing of what it is sent.
    private func checkStall(now: Int) {
        guard server.configuration.writeTimeout != nil else { return }
        let pending = stream.pendingBytes
        let written = stream.queuedBytes - pending
        if pending == 0 || written != writtenBytesAtStall {
            writtenBytesAtStall = pending == 0 ? -1 : written
            stallDeadline = server.deadline(after: server.configuration.writeTimeout)
        } else if now >= stallDeadline {
            close()
        }
    }
}
