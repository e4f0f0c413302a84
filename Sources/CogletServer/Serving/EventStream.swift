import EventLoop
import HTTPServer
import Predictions

/// One client that follows a prediction's events.
///
/// A client that reads slowly has its events kept for it, up to a limit; beyond it the stream ends with an event that
/// says so: there is never a silent gap.
final class EventStream {
    /// How much is kept for a client that doesn't read.
    static let pendingLimitBytes = 64 << 20
    /// Without an event for this long a comment is sent.
    static let keepAliveInterval = Duration.seconds(15)

    /// The client has gone.
    var onGone: (() -> Void)?

    private let stream: ResponseStream
    private var keepAlive: Timer?
    private var isEnded = false

    init(on exchange: Exchange, loop: EventLoop) {
        stream = exchange.startStream(
            contentType: "text/event-stream", fields: [Response.Field("cache-control", "no-cache")])
        stream.onClientGone = { [weak self] in self?.clientGone() }
        stream.onPeerFinished = { [weak self] in self?.sendComment() }
        // Without a timer the stream works all the same, just without comments.
        keepAlive = try? Timer(on: loop) { [weak self] in self?.sendComment() }
        restartKeepAlive()
    }

    /// Sends an event.
    func send(_ event: [UInt8]) {
        guard !isEnded else { return }
        guard stream.pendingBytes < Self.pendingLimitBytes else {
            stream.write(EventHistory.lagged(skipped: 1))
            end()
            return
        }
        stream.write(event)
        restartKeepAlive()
    }

    /// Ends the stream in the orderly way.
    func end() {
        guard !isEnded else { return }
        isEnded = true
        close()
        stream.finish()
    }

    private func sendComment() {
        if !isEnded { stream.write(EventHistory.keepAlive) }
    }

    private func clientGone() {
        guard !isEnded else { return }
        isEnded = true
        close()
        onGone?()
    }

    private func close() {
        keepAlive?.close()
        keepAlive = nil
    }

    private func restartKeepAlive() {
        keepAlive?.start(after: Self.keepAliveInterval, repeating: Self.keepAliveInterval)
    }
}

@available(*, unavailable)
extension EventStream: Sendable {}
