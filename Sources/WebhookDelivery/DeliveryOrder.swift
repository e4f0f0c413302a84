/// Which webhook of one prediction is sent when: at most one at a time, in order, the terminal one last.
///
/// A value without clock or socket. Updates that come while one is on its way are merged into one, whose body is made when
/// it is sent. The terminal webhook is tried again after transient failures; updates are not.
struct DeliveryOrder {
    /// What is sent.
    enum Kind: Equatable {
        /// The state of a prediction that is being processed.
        case update
        /// The state at the end.
        case terminal
    }

    /// How an attempt ended.
    enum Outcome: Equatable {
        case delivered
        /// May succeed later.
        case failed
        /// Will not succeed later.
        case refused
    }

    /// What is to be done now.
    enum Action: Equatable {
        case nothing
        /// Send a webhook, then call ``attemptEnded(_:)``.
        case send(Kind)
        /// Call ``waited()`` after this time.
        case wait(Duration)
        /// Nothing will ever be sent again.
        case finish
        /// The terminal webhook cannot be delivered; nothing will ever be sent again.
        case giveUp
    }

    private enum State: Equatable {
        case idle
        case sending(Kind)
        case waiting
        case finished
    }

    private let events: Set<WebhookEvent>
    private let throttleInterval: Duration
    private let attemptLimit: Int
    private let firstRetryDelay: Duration

    private var state = State.idle
    private var hasUpdate = false
    private(set) var hasEnded = false
    private var lastSent: Duration?
    private var lastOutcome = Outcome.delivered
    /// How often the terminal webhook was tried.
    private(set) var attempts = 0

    init(events: Set<WebhookEvent>, configuration: WebhookConfiguration) {
        self.events = events
        throttleInterval = configuration.throttleInterval
        attemptLimit = configuration.attemptLimit
        firstRetryDelay = configuration.firstRetryDelay
    }

    /// Something has happened to the prediction. After `completed` everything is ignored.
    mutating func recorded(_ event: WebhookEvent, at now: Duration) -> Action {
        guard !hasEnded, state != .finished else { return .nothing }
        if event == .completed {
            hasEnded = true
            return state == .idle ? next() : .nothing
        }
        guard events.contains(event) else { return .nothing }
        // Throttled updates are dropped, not delayed: the next one, or the terminal one, says the same and more.
        if event != .output, let lastSent, now - lastSent < throttleInterval { return .nothing }
        lastSent = now
        hasUpdate = true
        return state == .idle ? next() : .nothing
    }

    /// The attempt that was asked for is over.
    mutating func attemptEnded(_ outcome: Outcome) -> Action {
        guard case .sending(let kind) = state else { return .nothing }
        lastOutcome = outcome
        state = .idle
        guard kind == .terminal else { return next() }
        switch outcome {
        case .delivered:
            state = .finished
            return .finish
        case .failed where attempts < attemptLimit:
            state = .waiting
            return .wait(firstRetryDelay * (1 << (attempts - 1)))
        case .failed, .refused:
            state = .finished
            return .giveUp
        }
    }

    /// The wait that was asked for is over, or has been cut short.
    mutating func waited() -> Action {
        guard state == .waiting else { return .nothing }
        state = .idle
        return next()
    }

    /// Nothing is to be sent any more.
    mutating func abandon() {
        state = .finished
    }

    private mutating func next() -> Action {
        // An update that still waits at the end goes out before the terminal webhook, as every event has its webhook; but a
        // receiver that fails is not kept from its terminal webhook by it.
        if hasUpdate, !hasEnded || lastOutcome == .delivered {
            hasUpdate = false
            state = .sending(.update)
            return .send(.update)
        }
        hasUpdate = false
        guard hasEnded else { return .nothing }
        guard events.contains(.completed) else {
            state = .finished
            return .finish
        }
        attempts += 1
        state = .sending(.terminal)
        return .send(.terminal)
    }
}
