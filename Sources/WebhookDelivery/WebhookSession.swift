internal import EventLoop
internal import HTTPClient

/// The webhooks of one prediction.
///
/// It stays alive until its last webhook is delivered or given up, even without other references. Bound to the loop.
public final class WebhookSession {
    private let sender: WebhookSender
    private let receiver: String
    private let url: String
    private let predictionID: String
    private let fields: [(name: String, value: String)]
    private let noting: (() -> (WebhookReport) -> Void)?
    // Released at the end, because it may refer to the prediction, which may refer to this session.
    private var body: ((_ isTerminal: Bool) -> [HTTPRequest.Piece])?

    private var order: DeliveryOrder
    /// The terminal webhook's body, made when the prediction ends: every attempt sends the same one.
    private var terminalBody: [HTTPRequest.Piece] = []
    /// The memory counted for the terminal body and for the update that is being sent.
    private var terminalBytes = 0
    private var updateBytes = 0
    /// What to send when this session's turn comes.
    private var awaitedTurn: DeliveryOrder.Kind?
    private var transfer: Transfer?
    private var delay: Timer?
    /// The start of the current attempt, by the loop's clock.
    private var attemptBegan = Duration.zero
    private var isCutShort = false

    init(
        of sender: WebhookSender, receiver: String, url: String, events: Set<WebhookEvent>, predictionID: String,
        fields: [(name: String, value: String)], noting: (() -> (WebhookReport) -> Void)?,
        body: @escaping (_ isTerminal: Bool) -> [HTTPRequest.Piece]
    ) {
        self.sender = sender
        self.receiver = receiver
        self.url = url
        self.predictionID = predictionID
        self.fields = fields
        self.noting = noting
        self.body = body
        order = DeliveryOrder(events: events, configuration: sender.configuration)
    }

    /// Reports an event of the prediction; sends what the client asked for when the session's turn comes.
    ///
    /// Everything after `completed` is ignored.
    public func record(_ event: WebhookEvent) {
        sender.loop.preconditionInEventLoop()
        let action = order.recorded(event, at: sender.loop.now)
        if event == .completed, order.sendsTerminal, terminalBody.isEmpty { keepTerminalBody() }
        perform(action)
    }

    // MARK: - Driven by the sender

    /// Whether `completed` was recorded.
    var hasEnded: Bool { order.hasEnded }

    /// Whether the terminal webhook has failed and will be retried.
    var isRetrying: Bool { order.isRetrying }

    /// It is this session's turn to send.
    func itsTurn() {
        guard let kind = awaitedTurn else { return sender.requestEnded(to: receiver, hasAnswered: nil) }
        awaitedTurn = nil
        send(kind)
    }

    /// Drops the update that is being sent; the terminal webhook still follows.
    func dropUpdate() {
        guard updateBytes > 0, order.isSendingUpdate else { return }
        logFailure("an update was dropped: webhooks have reached their memory limit")
        sender.counts.ended(.update, isDelivered: false)
        stopTransfer()
        proceed(order.updateDropped(at: sender.loop.now))
    }

    /// Immediately sends what waits for an interval or a retry.
    func hurry() {
        guard delay != nil else { return }
        stopDelay()
        perform(order.waited(until: sender.loop.now))
    }

    /// Treats an attempt that has been running since before `time` as failed, so that it can be repeated.
    func cutShort(begunBefore time: Duration) {
        guard let transfer, attemptBegan <= time else { return }
        isCutShort = true
        transfer.cancel()
    }

    /// Gives up because there is no time or no memory left.
    func abandon(because reason: String) {
        stopDelay()
        awaitedTurn = nil
        sender.leaveLine(self, to: receiver)
        if order.sendsTerminal {
            sender.counts.ended(.terminal, isDelivered: false)
        } else if order.isSendingUpdate {
            sender.counts.ended(.update, isDelivered: false)
        }
        stopTransfer()
        order.abandon()
        logFailure("given up: \(reason)")
        end()
    }

    // MARK: -

    private func perform(_ action: DeliveryOrder.Action) {
        switch action {
        case .nothing:
            break
        case .send(let kind):
            stopDelay()
            guard isRemembered() else { return }
            awaitedTurn = kind
            sender.request(by: self, to: receiver)
        case .wait(let duration):
            guard isRemembered() else { return }
            wait(duration)
        case .finish, .giveUp:
            end()
        }
    }

    /// Whether the sender keeps this session until it has sent what it has; if not, the session has been given up.
    private func isRemembered() -> Bool {
        sender.remember(self)
        return sender.isWaiting(self)
    }

    private func keepTerminalBody() {
        guard let body else { return }
        terminalBody = body(true)
        terminalBytes = terminalBody.reduce(0) { $0 + $1.count }
        sender.hold(terminalBytes, insteadOf: 0, by: self)
    }

    private func makeBody(_ kind: DeliveryOrder.Kind) -> [HTTPRequest.Piece] {
        switch kind {
        case .terminal:
            // No update follows, so the prediction isn't needed any more.
            body = nil
            return terminalBody
        case .update:
            guard let body else { return [] }
            let pieces = body(false)
            updateBytes = pieces.reduce(0) { $0 + $1.count }
            sender.hold(updateBytes, insteadOf: 0, by: self)
            return pieces
        }
    }

    private func send(_ kind: DeliveryOrder.Kind) {
        let configuration = sender.configuration
        var request = HTTPRequest(.post, url)
        request.fields = [("content-type", "application/json"), ("user-agent", configuration.userAgent)]
        if let token = configuration.token { request.fields.append(("authorization", "Bearer \(token)")) }
        request.fields += fields
        request.body = .pieces(makeBody(kind))
        request.redirectLimit = configuration.redirectLimit
        request.allowsPrivateAddresses = configuration.allowsPrivateAddresses
        request.totalTimeout = sender.attemptTimeout
        attemptBegan = sender.loop.now
        let note = noting?()
        var sent: Transfer?
        sent = sender.client.send(request) { [self] result in
            note?(WebhookReport(kind, result))
            let isCurrent = transfer === sent
            let wasCutShort = isCurrent && isCutShort
            if isCurrent {
                transfer = nil
                isCutShort = false
                releaseUpdate()
            }
            sent = nil
            sender.requestEnded(to: receiver, hasAnswered: wasCutShort ? false : Self.hasAnswered(result))
            guard isCurrent, sender.isWaiting(self) else { return }  // dropped or abandoned in the meantime
            let attempt = wasCutShort ? .cutShort : AttemptResult(result)
            let action = order.attemptEnded(attempt.outcome, retryAfter: attempt.retryAfter, at: sender.loop.now)
            count(kind, attempt, action)
            if let failure = attempt.failure { logFailure(of: kind, failure, isLast: action == .giveUp) }
            proceed(action)
        }
        transfer = sent
    }

    private func count(_ kind: DeliveryOrder.Kind, _ attempt: AttemptResult, _ action: DeliveryOrder.Action) {
        if kind == .terminal, case .wait = action {
            sender.counts.retries += 1
        } else {
            sender.counts.ended(kind, isDelivered: attempt.outcome == .delivered)
        }
    }

    private func proceed(_ action: DeliveryOrder.Action) {
        // Nothing to do and nothing being sent: the session needn't be retained until something happens.
        if action == .nothing { sender.forget(self) }
        perform(action)
    }

    private func stopTransfer() {
        transfer?.cancel()
        transfer = nil
        isCutShort = false
        releaseUpdate()
    }

    private func releaseUpdate() {
        sender.hold(0, insteadOf: updateBytes, by: self)
        updateBytes = 0
    }

    private func wait(_ duration: Duration) {
        do throws(EventLoopError) {
            let timer = try Timer(on: sender.loop) { [self] in hurry() }
            timer.start(after: sender.isDraining ? min(duration, .seconds(1)) : duration)
            delay = timer
        } catch {
            abandon(because: error.description)
        }
    }

    private func end() {
        stopDelay()
        body = nil
        terminalBody = []
        sender.hold(0, insteadOf: terminalBytes, by: self)
        terminalBytes = 0
        sender.forget(self)
    }

    private func stopDelay() {
        delay?.close()
        delay = nil
    }

    private static func hasAnswered(_ result: Result<HTTPResponse, HTTPClientError>) -> Bool? {
        switch result {
        case .success: true
        case .failure(.canceled): nil
        case .failure: false
        }
    }

    private func logFailure(of kind: DeliveryOrder.Kind, _ failure: String, isLast: Bool) {
        switch kind {
        case .update:
            logFailure("an update was not delivered: \(failure)")
        case .terminal where isLast:
            logFailure("given up after \(order.attempts) \(order.attempts == 1 ? "attempt" : "attempts"): \(failure)")
        case .terminal:
            logFailure("attempt \(order.attempts) failed: \(failure)")
        }
    }

    private func logFailure(_ text: String) {
        // The rest of the URL doesn't belong in logs: a path or a query may authorize requests.
        sender.log("webhook of prediction \(predictionID) to \(receiver): \(text)")
    }
}

@available(*, unavailable)
extension WebhookSession: Sendable {}
