public import EventLoop
public import HTTPClient

/// Delivers the webhooks of all predictions, over one client. Loop-bound.
///
/// The webhooks of one prediction are sent one after another, those of different predictions at once. Nobody waits for
/// them: neither a prediction's answer nor its slot.
public final class WebhookSender {
    let loop: EventLoop
    let client: HTTPClient
    let configuration: WebhookConfiguration
    let log: (String) -> Void
    private(set) var isDraining = false

    private var receivers: [String: Receiver] = [:]
    private var sessions: [ObjectIdentifier: (session: WebhookSession, number: Int)] = [:]
    private var madeSessions = 0
    private var onDrained: (() -> Void)?
    private var deadline: Timer?

    /// Makes a sender; `log` gets a warning, as one line, for every failure.
    public init(
        on loop: EventLoop, client: HTTPClient, configuration: WebhookConfiguration, log: @escaping (String) -> Void
    ) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
        self.log = log
    }

    /// How many predictions have webhooks on their way or waiting to be tried again.
    public var waitingCount: Int { sessions.count }

    /// The webhooks of one prediction.
    ///
    /// - Parameters:
    ///   - url: Where they go.
    ///   - events: What they are sent for.
    ///   - predictionID: For logs.
    ///   - fields: What goes with every request: `traceparent` and `tracestate` of the request that made the prediction.
    ///   - body: Makes the body at the moment it is sent. `isTerminal` false asks for the state of a prediction that is being
    ///     processed, even when it has just ended.
    public func makeSession(
        url: String, events: Set<WebhookEvent>, predictionID: String, fields: [(name: String, value: String)] = [],
        body: @escaping (_ isTerminal: Bool) -> Buffer
    ) -> WebhookSession {
        WebhookSession(
            of: self, receiver: receiver(for: url), url: url, events: events, predictionID: predictionID,
            fields: fields,
            body: body)
    }

    /// Calls `completion` when everything is delivered or given up, which is after `limit` at the latest.
    ///
    /// What waits to be tried again is tried at once. For the end of the server, when no prediction runs any more.
    public func drain(within limit: Duration, completion: @escaping () -> Void) {
        loop.preconditionInEventLoop()
        precondition(onDrained == nil, "a sender is drained once")
        isDraining = true
        onDrained = completion
        do throws(EventLoopError) {
            deadline = try Timer(on: loop) { [self] in
                for (session, _) in inOrder() { session.abandon(because: "the server is shutting down") }
                endDrainIfDone()
            }
            deadline?.start(after: sessions.isEmpty ? .zero : limit)
        } catch {
            log("webhooks are not waited for: \(error)")
            for (session, _) in inOrder() { session.abandon(because: "the server is shutting down") }
        }
        for (session, _) in inOrder() { session.hurry() }
    }

    // MARK: - Sessions

    /// Holds a session that has something to send.
    func remember(_ session: WebhookSession) {
        let id = ObjectIdentifier(session)
        guard sessions[id] == nil else { return }
        madeSessions += 1
        sessions[id] = (session, madeSessions)
        guard sessions.count > configuration.waitingLimit else { return }
        // Rather one whose prediction has ended than one that will have more to tell.
        let oldest = sessions.values.filter(\.session.hasEnded).min { $0.number < $1.number }
        (oldest?.session ?? session).abandon(because: "more than \(configuration.waitingLimit) webhooks wait")
    }

    /// Lets a session go that has nothing to send.
    func forget(_ session: WebhookSession) {
        sessions[ObjectIdentifier(session)] = nil
        endDrainIfDone()
    }

    func isWaiting(_ session: WebhookSession) -> Bool {
        sessions[ObjectIdentifier(session)] != nil
    }

    private func inOrder() -> [(session: WebhookSession, number: Int)] {
        sessions.values.sorted { $0.number < $1.number }
    }

    private func endDrainIfDone() {
        guard isDraining, sessions.isEmpty, let onDrained else { return }
        self.onDrained = nil
        deadline?.close()
        onDrained()
    }

    // MARK: - Receivers

    private func receiver(for url: String) -> Receiver {
        let name = origin(ofURL: url)
        if let known = receivers[name] { return known }
        let receiver = Receiver(limit: configuration.requestsPerReceiver)
        receivers[name] = receiver
        return receiver
    }

    /// Forgets receivers nobody waits for, once there are many: every client may name another one.
    func requestEnded(to receiver: Receiver) {
        guard receiver.isIdle, receivers.count > 1_000 else { return }
        receivers = receivers.filter { !$0.value.isIdle }
    }
}

@available(*, unavailable)
extension WebhookSender: Sendable {}
