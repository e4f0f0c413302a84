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
    /// How webhooks have ended since the start.
    public internal(set) var counts = WebhookCounts()

    private var line: DeliveryLine
    private let memory: MemoryAccount?
    private var sessions: [ObjectIdentifier: (session: WebhookSession, number: Int)] = [:]
    private var madeSessions = 0
    private var onDrained: (() -> Void)?
    private var deadline: Timer?
    private var halfTime: Timer?
    /// The time for one attempt, redirects included.
    private(set) var attemptTimeout: Duration

    /// Makes a sender; `log` gets a warning, as one line, for every failure. What webhooks hold is counted in `memory`.
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

    /// How many predictions have webhooks on their way or waiting to be tried again.
    public var waitingCount: Int { sessions.count }

    /// The webhooks of one prediction.
    ///
    /// - Parameters:
    ///   - url: Where they go.
    ///   - events: What they are sent for.
    ///   - predictionID: For logs.
    ///   - fields: What goes with every request: the trace of the prediction.
    ///   - noting: Called when a request is sent; what it returns is called when the request has ended.
    ///   - body: Makes the body at the moment it is sent. `isTerminal` false asks for the state of a prediction that is being
    ///     processed, even when it has just ended.
    public func makeSession(
        url: String, events: Set<WebhookEvent>, predictionID: String, fields: [(name: String, value: String)] = [],
        noting: (() -> (WebhookReport) -> Void)? = nil,
        body: @escaping (_ isTerminal: Bool) -> [HTTPRequest.Piece]
    ) -> WebhookSession {
        WebhookSession(
            of: self, receiver: origin(ofURL: url), url: url, events: events, predictionID: predictionID,
            fields: fields, noting: noting, body: body)
    }

    /// Calls `completion` when everything is delivered or given up, which is after `limit` at the latest.
    ///
    /// What waits to be tried again is tried at once. One attempt gets half of the time at most, so that a receiver that
    /// hangs once is asked once more. For the end of the server, when no prediction runs any more.
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
        halfTime?.close()
        onDrained()
    }

    // MARK: - Turns

    /// Lets `session` send a request to `receiver` now or when it is its turn; ``requestEnded(to:hasAnswered:)`` follows.
    func request(by session: WebhookSession, to receiver: String) {
        if line.request(by: ObjectIdentifier(session), to: receiver) { session.itsTurn() }
    }

    /// See ``DeliveryLine/ended(to:hasAnswered:)``.
    func requestEnded(to receiver: String, hasAnswered: Bool?) {
        for turn in line.ended(to: receiver, hasAnswered: hasAnswered) {
            if let session = sessions[turn.id]?.session {
                session.itsTurn()
            } else {
                // Given up meanwhile, for another one whose turn it was.
                requestEnded(to: turn.receiver, hasAnswered: nil)
            }
        }
    }

    /// Takes a session that waits for its turn out of the line.
    func leaveLine(_ session: WebhookSession, to receiver: String) {
        line.forget(ObjectIdentifier(session), to: receiver)
    }

    // MARK: - Memory

    /// Counts what `session` holds from now on; others may have to give up what they hold.
    func hold(_ bytes: Int, insteadOf old: Int, by session: WebhookSession) {
        guard let memory, bytes != old else { return }
        guard bytes > old else {
            memory.giveBack(old - bytes, takenFor: .webhooks)
            return
        }
        if memory.takeForWebhook(bytes - old) > .none { relieve(memory, except: session) }
    }

    /// Gives up what can best be spared, the oldest first, until there is enough memory.
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
