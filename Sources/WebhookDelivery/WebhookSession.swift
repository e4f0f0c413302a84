internal import EventLoop
internal import HTTPClient

/// The webhooks of one prediction.
///
/// Lives until its last webhook is delivered or given up, whoever refers to it. Loop-bound.
public final class WebhookSession {
    private let sender: WebhookSender
    private let receiver: Receiver
    private let url: String
    private let predictionID: String
    private let fields: [(name: String, value: String)]
    // Gone after the end: it may hold the prediction, which may hold this.
    private var body: ((_ isTerminal: Bool) -> Buffer)?

    private var order: DeliveryOrder
    private var transfer: Transfer?
    private var delay: Timer?

    init(
        of sender: WebhookSender, receiver: Receiver, url: String, events: Set<WebhookEvent>, predictionID: String,
        fields: [(name: String, value: String)], body: @escaping (_ isTerminal: Bool) -> Buffer
    ) {
        self.sender = sender
        self.receiver = receiver
        self.url = url
        self.predictionID = predictionID
        self.fields = fields
        self.body = body
        order = DeliveryOrder(events: events, configuration: sender.configuration)
    }

    /// Says that something has happened to the prediction; sends what the client asked for, when it is its turn.
    ///
    /// After `completed` nothing else counts.
    public func record(_ event: WebhookEvent) {
        sender.loop.preconditionInEventLoop()
        perform(order.recorded(event, at: sender.loop.now))
    }

    // MARK: - Driven by the sender

    /// Whether `completed` was recorded.
    var hasEnded: Bool { order.hasEnded }

    /// Tries again at once what waits to be tried again.
    func hurry() {
        guard delay != nil else { return }
        stopDelay()
        perform(order.waited())
    }

    /// Gives up, because there is no time or no room for it any more.
    func abandon(because reason: String) {
        stopDelay()
        receiver.forget(ObjectIdentifier(self))
        transfer?.cancel()
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
            sender.remember(self)
            guard sender.isWaiting(self) else { return }  // no room: given up already
            receiver.request(for: ObjectIdentifier(self)) { [self] in send(kind) }
        case .wait(let duration):
            wait(duration)
        case .finish:
            end()
        case .giveUp:
            logFailure("given up after \(order.attempts) \(order.attempts == 1 ? "attempt" : "attempts")")
            end()
        }
    }

    private func send(_ kind: DeliveryOrder.Kind) {
        guard let body else { return receiver.requestEnded() }
        let configuration = sender.configuration
        var request = HTTPRequest(.post, url)
        request.fields = [("content-type", "application/json"), ("user-agent", configuration.userAgent)]
        if let token = configuration.token { request.fields.append(("authorization", "Bearer \(token)")) }
        request.fields += fields
        request.body = .bytes(body(kind == .terminal))
        request.redirectLimit = configuration.redirectLimit
        request.totalTimeout = configuration.attemptTimeout
        transfer = sender.client.send(request) { [self] result in
            transfer = nil
            receiver.requestEnded()
            sender.requestEnded(to: receiver)
            guard sender.isWaiting(self) else { return }  // abandoned meanwhile
            let (outcome, failure) = Self.outcome(of: result)
            if let failure, kind == .update { logFailure("an update was not delivered: \(failure)") }
            if let failure, kind == .terminal { logFailure("attempt \(order.attempts) failed: \(failure)") }
            let action = order.attemptEnded(outcome)
            // Nothing to do and no update on its way: the session need not be held until something happens.
            if action == .nothing { sender.forget(self) }
            perform(action)
        }
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
        body = nil
        sender.forget(self)
    }

    private func stopDelay() {
        delay?.close()
        delay = nil
    }

    private static func outcome(
        of result: Result<HTTPResponse, HTTPClientError>
    ) -> (DeliveryOrder.Outcome, failure: String?) {
        switch result {
        case .success(let response) where response.isSuccess:
            (.delivered, nil)
        case .success(let response):
            ([429, 500, 502, 503, 504].contains(response.status) ? .failed : .refused, "status \(response.status)")
        case .failure(let error):
            switch error {
            case .invalidURL, .redirectRefused, .tooManyRedirects, .unavailable, .canceled: (.refused, "\(error)")
            default: (.failed, "\(error)")
            }
        }
    }

    private func logFailure(_ text: String) {
        // A query may hold a signature or a token: it is not for logs.
        let target = printableURL(url).prefix { $0 != "?" && $0 != "#" }
        sender.log("webhook of prediction \(predictionID) to \(target): \(text)")
    }
}

@available(*, unavailable)
extension WebhookSession: Sendable {}
