internal import EventLoop

/// Requests that are passed to the handler before their bodies have arrived.
///
/// Such a request counts as running: what the client sends is buffered in `input`, like further requests, and is taken
/// from there.
extension Connection {
    /// Passes on the request whose head was read.
    func handOver(takesCoded: Bool) {
        guard takesCoded || parser.framing == .none || parser.contentCoding == .identity else {
            refuse(server.answer(to: .unsupportedContentCoding))
            return
        }
        let arriving = ArrivingBody(parser.framing, on: self)
        if parser.expectsContinue, !arriving.hasEnded {
            outbox.own.append("HTTP/1.1 100 Continue\r\n\r\n")
            server.flushLater(self)
        }
        let exchange = beginExchange()
        if !arriving.hasEnded {
            arrivingBody = arriving
            setReadingDeadline()
        }
        exchange.body = arriving
        server.handler.received(
            Request(head: RequestHead(buffer: input), body: Buffer(), reader: nil), on: exchange)
    }

    /// More of the body is available, or nothing more will come.
    func bodyArrived() {
        guard let arrivingBody else { return }
        setReadingDeadline()
        arrivingBody.onArrival?()
    }

    /// Informs the handler that the rest of the body won't come. Nothing more of it is read.
    func failArrivingBody(_ failure: RequestFailure) {
        guard let arrivingBody, arrivingBody.failure == nil else { return }
        deadline = 0
        stream.stopReading()
        watchForReset()
        arrivingBody.failure = failure
        arrivingBody.onArrival?()
    }

    /// Moves received bytes of a body to `destination`.
    func take(_ arriving: ArrivingBody, into destination: UnsafeMutableRawBufferPointer) -> ArrivingBody.Taken {
        guard arriving === arrivingBody, state == .exchanging else {
            return .failed(.malformed("the client disconnected"))
        }
        var count = 0
        switch arriving.progress {
        case .length(let remaining):
            count = min(destination.count, remaining, input.unparsed.count)
            if count > 0 {
                destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.unparsed[..<count]))
                input.parsed += count
                arriving.progress = .length(remaining: remaining - count)
            }
        case .chunks(var chunks):
            if chunks.decoded.isEmpty, !chunks.areComplete {
                switch parser.feedChunks(input, into: chunks.decoded, limit: ChunkedProgress.limitBytes) {
                case .incomplete: break
                case .complete: chunks.areComplete = true
                case .failed(let failure):
                    arriving.failure = failure
                    return .failed(failure)
                }
            }
            count = chunks.take(into: destination)
            arriving.progress = .chunks(chunks)
        }
        input.dropParsedBody()
        arriving.takenBytes += count
        return taken(count, of: arriving)
    }

    private func taken(_ count: Int, of arriving: ArrivingBody) -> ArrivingBody.Taken {
        if arriving.hasEnded {
            self.count.requestBytes = arriving.takenBytes
            arrivingBody = nil
            deadline = 0
            return count > 0 ? .bytes(count) : .end
        }
        if !peerFinished, !stream.isReading {
            stopWatching()
            resumeReading()
            setReadingDeadline()
        }
        guard count == 0 else { return .bytes(count) }
        return peerFinished ? .failed(.malformed("it is incomplete")) : .notYet
    }

    /// Releases the body of a request that is being answered. Bytes of it that weren't taken would look like the next
    /// request, so the connection ends.
    func letGoOfBody() {
        guard arrivingBody != nil else { return }
        arrivingBody = nil
        deadline = 0
        keepsAlive = false
        lingers = true
    }
}
