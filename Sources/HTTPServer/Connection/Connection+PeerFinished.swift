internal import EventLoop

/// Telling a client that is gone from one that has only finished sending.
///
/// Both look alike: the end of the stream. A client that shut down its sending side waits for the answer (RFC 9112, 9.6
/// calls for nothing else), one that closed its socket will never read it, and whoever works on the answer should stop. The
/// difference shows when something is sent: a closed socket replies with a reset. So the first bytes of the answer are
/// sent ahead of it, `HTTP/1.1 `, which are the same whatever the answer will be, and then the kernel is asked from time
/// to time whether it has seen a reset. Nothing is sent ahead when an answer is under way already, that does the same, nor
/// in the first moments, when most answers are there anyway.
extension Connection {
    /// Pauses: before the probe is sent, and then between looks; the last one repeats.
    private static let pauses: [Duration] = [
        .milliseconds(25), .milliseconds(5), .milliseconds(20), .milliseconds(100), .milliseconds(400), .seconds(1),
    ]

    /// Starts to watch for a reset, which is not noticed otherwise while nothing is read.
    func watchForReset() {
        guard probe == nil, stream is TCPStream else { return }
        probeStep = 0
        // Without a timer a client that is gone is noticed when its answer is sent.
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
