internal import EventLoop
internal import HTTPClient

/// The webhooks of one prediction.
///
/// Lives until its last webhook is delivered or given up, whoever refers to it. Loop-bound.
public final class WebhookSession {
    private let sender: WebhookSender
    private let receiver: String
    private let url: String
    private let predictionID: String
    private let fields: [(name: String, value: String)]
    private let noting: (() -> (WebhookReport) -> Void)?
    // Gone after the end: it may hold the prediction, which may hold this.
    private var body: ((_ isTerminal: Bool) -> [HTTPRequest.Piece])?

    private var order: DeliveryOrder
    /// The terminal webhook's body, from the prediction's end on: every attempt sends the same.
    private var terminalBody: [HTTPRequest.Piece] = []
    /// What was counted for the terminal body, and for that of the update on its way.
    private var terminalBytes = 0
    private var updateBytes = 0
    /// What is to be sent when it is this session's turn.
    private var awaitedTurn: DeliveryOrder.Kind?
    private var transfer: Transfer?
    private var delay: Timer?
    /// When the attempt that is on its way began, by the loop's clock.
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

    /// Says that something has happened to the prediction; sends what the client asked for, when it is its turn.
    ///
    /// After `completed` nothing else counts.
    public func record(_ event: WebhookEvent) {
        sender.loop.preconditionInEventLoop()
        let action = order.recorded(event, at: sender.loop.now)
        if event == .completed, order.sendsTerminal, terminalBody.isEmpty { keepTerminalBody() }
        perform(action)
    }

    // MARK: - Driven by the sender

    /// Whether `completed` was recorded.
    var hasEnded: Bool { order.hasEnded }

    /// Whether the terminal webhook has failed and is to be tried again.
    var isRetrying: Bool { order.isRetrying }

    /// It is this session's turn to send what it wanted to send.
    func itsTurn() {
        guard let kind = awaitedTurn else { return sender.requestEnded(to: receiver, hasAnswered: nil) }
        awaitedTurn = nil
        send(kind)
    }

    /// Gives up the update on its way; the terminal webhook still follows.
    func dropUpdate() {
        guard updateBytes > 0, order.isSendingUpdate else { return }
        logFailure("an update was dropped: webhooks have reached their memory limit")
        sender.counts.ended(.update, isDelivered: false)
        stopTransfer()
        proceed(order.updateDropped(at: sender.loop.now))
    }

    /// Sends at once what waits to be sent later, or to be tried again.
    func hurry() {
        guard delay != nil else { return }
        stopDelay()
        perform(order.waited(until: sender.loop.now))
    }

    /// Counts an attempt as failed that has been on its way since before `time`, so that it can be repeated.
    func cutShort(begunBefore time: Duration) {
        guard let transfer, attemptBegan <= time else { return }
        isCutShort = true
        transfer.cancel()
    }

    /// Gives up, because there is no time or no room for it any more.
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

    /// Whether there is room to hold this until what it has to send is sent; if not, it has been given up.
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
            // No update comes after it: the prediction is not needed any more.
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
            guard isCurrent, sender.isWaiting(self) else { return }  // dropped or abandoned meanwhile
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
        // Nothing to do and no update on its way: the session need not be held until something happens.
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
        // The rest of the URL is not for logs: a path or a query may be what lets a request in.
        sender.log("webhook of prediction \(predictionID) to \(receiver): \(text)")
    }
}

@available(*, unavailable)
extension WebhookSession: Sendable {}
