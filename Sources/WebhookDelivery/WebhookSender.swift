public import EventLoop
public import HTTPClient

/// Delivers the webhooks of all predictions, using one client. Bound to the loop.
///
/// The webhooks of one prediction are sent one after another; those of different predictions are sent concurrently.
/// Neither a prediction's response nor its slot waits for them.
public final class WebhookSender {
    let loop: EventLoop
    let client: HTTPClient
    let configuration: WebhookConfiguration
    let log: (String) -> Void
    private(set) var isDraining = false
    /// How webhooks have ended since the start.
    public internal(set) var counts = WebhookCounts()

    private var line: DeliveryLine
    private let memory: MemoryAccount?
    private var sessions: [ObjectIdentifier: (session: WebhookSession, number: Int)] = [:]
    private var madeSessions = 0
    private var onDrained: (() -> Void)?
    private var deadline: Timer?
    private var halfTime: Timer?
    /// The time limit of one attempt, including redirects.
    private(set) var attemptTimeout: Duration

    /// Makes a sender. `log` gets a one-line warning for every failure. `memory` accounts for what webhooks hold.
    public init(
        on loop: EventLoop, client: HTTPClient, configuration: WebhookConfiguration, memory: MemoryAccount? = nil,
        log: @escaping (String) -> Void
    ) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
        self.memory = memory
        attemptTimeout = configuration.attemptTimeout
        line = DeliveryLine(configuration: configuration)
        self.log = log
    }

    /// The number of predictions with webhooks that are being sent or wait for a retry.
    public var waitingCount: Int { sessions.count }

    /// Makes a session for the webhooks of one prediction.
    ///
    /// - Parameters:
    ///   - url: The URL to send them to.
    ///   - events: The events to send them for.
    ///   - predictionID: The prediction's id, for logs.
    ///   - fields: Fields for every request, which carry the prediction's trace.
    ///   - noting: Called when a request is sent; the function it returns is called when the request has ended.
    ///   - body: Makes the body when it is sent. If `isTerminal` is false, it must show the state of a prediction that
    ///     is being processed, even if the prediction has just ended.
    public func makeSession(
        url: String, events: Set<WebhookEvent>, predictionID: String, fields: [(name: String, value: String)] = [],
        noting: (() -> (WebhookReport) -> Void)? = nil,
        body: @escaping (_ isTerminal: Bool) -> [HTTPRequest.Piece]
    ) -> WebhookSession {
        WebhookSession(
            of: self, receiver: origin(ofURL: url), url: url, events: events, predictionID: predictionID,
            fields: fields, noting: noting, body: body)
    }

    /// Calls `completion` when everything is delivered or given up, after `limit` at the latest.
    ///
    /// Waiting retries are sent immediately. One attempt gets at most half of the time, so a receiver that hangs once
    /// is tried again. Call this at the end of the server, when no prediction is running any more.
    public func drain(within limit: Duration, completion: @escaping () -> Void) {
        loop.preconditionInEventLoop()
        precondition(onDrained == nil, "a sender is drained once")
        isDraining = true
        onDrained = completion
        let start = loop.now
        attemptTimeout = min(attemptTimeout, limit / 2)
        do throws(EventLoopError) {
            deadline = try Timer(on: loop) { [self] in
                for (session, _) in inOrder() { session.abandon(because: "the server is shutting down") }
                endDrainIfDone()
            }
            deadline?.start(after: sessions.isEmpty ? .zero : limit)
            halfTime = try Timer(on: loop) { [self] in
                for (session, _) in inOrder() { session.cutShort(begunBefore: start) }
            }
            if !sessions.isEmpty { halfTime?.start(after: limit / 2) }
        } catch {
            log("cannot wait for webhooks: \(error)")
            for (session, _) in inOrder() { session.abandon(because: "the server is shutting down") }
        }
        for (session, _) in inOrder() { session.hurry() }
    }

    // MARK: - Sessions

    /// Retains a session that has something to send.
    func remember(_ session: WebhookSession) {
        let id = ObjectIdentifier(session)
        guard sessions[id] == nil else { return }
        madeSessions += 1
        sessions[id] = (session, madeSessions)
        guard sessions.count > configuration.waitingLimit else { return }
        // Prefer one whose prediction has ended to one that will have more to send.
        let oldest = sessions.values.filter(\.session.hasEnded).min { $0.number < $1.number }
        (oldest?.session ?? session).abandon(because: "more than \(configuration.waitingLimit) webhooks wait")
    }

    /// Releases a session that has nothing to send.
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
        halfTime?.close()
        onDrained()
    }

    // MARK: - Turns

    /// Lets `session` send a request to `receiver` now or when its turn comes; ``requestEnded(to:hasAnswered:)``
    /// follows.
    func request(by session: WebhookSession, to receiver: String) {
        if line.request(by: ObjectIdentifier(session), to: receiver) { session.itsTurn() }
    }

    /// See ``DeliveryLine/ended(to:hasAnswered:)``.
    func requestEnded(to receiver: String, hasAnswered: Bool?) {
        for turn in line.ended(to: receiver, hasAnswered: hasAnswered) {
            if let session = sessions[turn.id]?.session {
                session.itsTurn()
            } else {
                // It was given up in the meantime, in favor of another one.
                requestEnded(to: turn.receiver, hasAnswered: nil)
            }
        }
    }

    /// Removes a waiting session from the line.
    func leaveLine(_ session: WebhookSession, to receiver: String) {
        line.forget(ObjectIdentifier(session), to: receiver)
    }

    // MARK: - Memory

    /// Accounts for what `session` holds from now on; other sessions may have to give up what they hold.
    func hold(_ bytes: Int, insteadOf old: Int, by session: WebhookSession) {
        guard let memory, bytes != old else { return }
        guard bytes > old else {
            memory.giveBack(old - bytes, takenFor: .webhooks)
            return
        }
        if memory.takeForWebhook(bytes - old) > .none { relieve(memory, except: session) }
    }

    /// Gives up the most dispensable webhooks, the oldest first, until there is enough memory.
    private func relieve(_ memory: MemoryAccount, except spared: WebhookSession) {
        let others = inOrder().map(\.session).filter { $0 !== spared }
        for session in others where memory.state.webhookRelief >= .updates { session.dropUpdate() }
        let reason = "webhooks have reached their memory limit"
        for session in others where memory.state.webhookRelief >= .retries && session.isRetrying {
            session.abandon(because: reason)
        }
        for session in others where memory.state.webhookRelief >= .everything && session.hasEnded {
            session.abandon(because: reason)
        }
    }
}

@available(*, unavailable)
extension WebhookSender: Sendable {}
