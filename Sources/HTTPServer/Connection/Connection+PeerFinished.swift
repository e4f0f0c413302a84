internal import EventLoop

/// Distinguishes a client that is gone from one that has only finished sending.
///
/// Both look the same: the stream ends. A client that shut down its sending side still waits for the answer (RFC 9112,
/// 9.6 requires nothing else). One that closed its socket will never read the answer, so work on it should stop. The
/// difference shows when something is sent, because a closed socket replies with a reset. So the server sends the first
/// bytes of the answer ahead of it, `HTTP/1.1 `, which are the same whatever the answer will be. Then it asks the
/// kernel from time to time whether a reset has arrived. It sends nothing ahead if an answer is already under way,
/// which has the same effect, or in the first moments, when most answers are ready anyway.
extension Connection {
    /// The pause before the probe is sent, and those between checks; the last one repeats.
    private static let pauses: [Duration] = [
        .milliseconds(25), .milliseconds(5), .milliseconds(20), .milliseconds(100), .milliseconds(400), .seconds(1),
    ]

    /// Starts to watch for a reset, which otherwise goes unnoticed while nothing is read.
    func watchForReset() {
        guard probe == nil, stream is TCPStream else { return }
        probeStep = 0
        // Without a timer, a client that is gone is noticed when its answer is sent.
        probe = try? Timer(on: server.loop) { [unowned self] in look() }
        probe?.start(after: Self.pauses[0])
    }

    func stopWatching() {
        probe?.close()
        probe = nil
    }

    private func look() {
        guard state == .exchanging, let stream = stream as? TCPStream else { return }
        if probeStep == 0, peerFinished, responseStream == nil, outbox.isEmpty, stream.pendingBytes == 0 {
            isStatusPrefixSent = true
            outbox.own.append(statusLinePrefix(version))
            settle()
            guard state == .exchanging else { return }
        }
        guard !stream.isReset else {
            close()
            return
        }
        probeStep = min(probeStep + 1, Self.pauses.count - 1)
        probe?.start(after: Self.pauses[probeStep])
    }
}
