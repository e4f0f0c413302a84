import EventLoop
import HTTPServer
import Predictions
import Serving

/// A client that follows a prediction's events.
///
/// Events for a slow client are buffered up to a limit. Beyond it, the stream ends with an event that says so, so there
/// is never a silent gap.
final class EventStream: Follower {
    /// How much is buffered for a client that doesn't read.
    static let pendingLimitBytes = 64 << 20
    /// A comment is sent after this long without an event.
    static let keepAliveInterval = Duration.seconds(15)

    /// The format of events.
    enum Dialect {
        /// For the client that started the prediction or joined it.
        case plain
        /// With ids, for a reader that can reconnect and resume.
        case withIDs
        /// With ids, in the form that Replicate's clients expect.
        case replicate
    }

    /// Nil if the prediction has ended.
    private let run: RunID?
    private let dialect: Dialect
    private let service: PredictionService
    private let stream: ResponseStream
    private var keepAlive: Timer?
    private var isEnded = false

    /// Begins a stream.
    init(
        of run: RunID?, _ service: PredictionService, on exchange: Exchange, loop: EventLoop, dialect: Dialect = .plain
    ) {
        self.run = run
        self.dialect = dialect
        self.service = service
        stream = exchange.startStream(
            contentType: "text/event-stream", fields: [Response.Field("cache-control", "no-cache")])
        stream.onClientGone = { [weak self] in self?.clientGone() }
        stream.onPeerFinished = { [weak self] in self?.sendComment() }
        // Without a timer, the stream works, but without comments.
        keepAlive = try? Timer(on: loop) { [weak self] in self?.sendComment() }
        restartKeepAlive()
    }

    var kind: FollowerKind { dialect == .plain ? .eventStream : .reader }
    var seesOutput: Bool { true }

    func happened(_ event: RunEvent) {
        if let shown = event.event { send(shown, event.id) }
    }

    func ended(_ end: RunEnd) {
        if let event = end.event { send(event, end.eventID) }
        self.end()
    }

    /// Sends the events so far; false if that ends the stream.
    func replay(_ replay: EventHistory.Replay?) -> Bool {
        switch replay {
        case .events(let events, let first, let completed)?:
            for (index, event) in events.enumerated() { send(event, first + index) }
            guard let completed else { return !isEnded }
            send(completed, first + events.count)
            end()
            return false
        case .truncated(let event, let id)?:
            send(event, id)
            end()
            return false
        case .nothingFollows?:
            end()
            return false
        case nil: return true
        }
    }

    private func send(_ event: CompletedEvent, _ id: Int) {
        send(dialect == .replicate ? .segment(.bytes(ReplicateEvents.text(of: event))) : ResponseBody(event.text), id)
    }

    private func send(_ event: PredictionEvent, _ id: Int) {
        if let text = text(of: event) { send(.segment(.bytes(text)), id) }
    }

    /// How an event is written; nil if the client's API has no such event.
    private func text(of event: PredictionEvent) -> [UInt8]? {
        dialect == .replicate ? ReplicateEvents.text(of: event) : event.text
    }

    private func send(_ event: ResponseBody, _ id: Int) {
        guard !isEnded else { return }
        guard stream.pendingBytes < Self.pendingLimitBytes else {
            // The reader returns for this event and those after it.
            if let text = text(of: EventHistory.lagged(skipped: 1)) { write(.segment(.bytes(text)), id - 1) }
            end()
            return
        }
        write(event, id)
        restartKeepAlive()
    }

    private func write(_ event: ResponseBody, _ id: Int) {
        stream.write(dialect == .plain ? event : event.preceded(by: .bytes(EventHistory.idLine(id))))
    }

    /// Ends the stream regularly.
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
        if let run { service.leave(run, self) }
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
