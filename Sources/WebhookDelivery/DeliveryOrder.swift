/// Which webhook of one prediction is sent when: at most one at a time, in order, the terminal one last.
///
/// A value without clock or socket. Updates that come while one is on its way, or too soon after one, are merged into one,
/// whose body is made when it is sent. The terminal webhook is tried again after transient failures; updates are not.
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
        /// Send a webhook, then call ``attemptEnded(_:retryAfter:at:)``.
        case send(Kind)
        /// Call ``waited(until:)`` after this time, unless another action comes first.
        case wait(Duration)
        /// Nothing will ever be sent again.
        case finish
        /// The terminal webhook cannot be delivered; nothing will ever be sent again.
        case giveUp
    }

    private enum State: Equatable {
        case idle
        case sending(Kind)
        /// An update waits until the last one is long enough ago.
        case pausing
        /// The terminal webhook waits to be tried again.
        case retrying
        case finished
    }

    /// How long an update has to wait.
    private enum Update {
        case none
        /// For its turn only.
        case due
        /// Until the interval since the last one is over.
        case throttled
    }

    private let events: Set<WebhookEvent>
    private let throttleInterval: Duration
    private let attemptLimit: Int
    private let firstRetryDelay: Duration
    private let retryAfterLimit: Duration

    private var state = State.idle
    private var update = Update.none
    /// What there has been an update about: the first about anything is not throttled.
    private var told: Set<WebhookEvent> = []
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
        retryAfterLimit = configuration.retryAfterLimit
    }

    /// Something has happened to the prediction. After `completed` everything is ignored.
    mutating func recorded(_ event: WebhookEvent, at now: Duration) -> Action {
        guard !hasEnded, state != .finished else { return .nothing }
        if event == .completed {
            hasEnded = true
            return canSend ? next(at: now) : .nothing
        }
        guard events.contains(event) else { return .nothing }
        if told.insert(event).inserted {
            update = .due
            return canSend ? next(at: now) : .nothing
        }
        if update == .none { update = .throttled }
        return state == .idle ? next(at: now) : .nothing
    }

    /// The attempt that was asked for is over. `retryAfter` is how long the receiver asks to be left alone.
    mutating func attemptEnded(_ outcome: Outcome, retryAfter: Duration? = nil, at now: Duration) -> Action {
        guard case .sending(let kind) = state else { return .nothing }
        lastOutcome = outcome
        state = .idle
        guard kind == .terminal else { return next(at: now) }
        switch outcome {
        case .delivered:
            state = .finished
            return .finish
        case .failed where attempts < attemptLimit:
            state = .retrying
            let asked = min(retryAfter ?? .zero, retryAfterLimit)
            return .wait(max(firstRetryDelay * (1 << (attempts - 1)), asked))
        case .failed, .refused:
            state = .finished
            return .giveUp
        }
    }

    /// The wait that was asked for is over, or has been cut short.
    mutating func waited(until now: Duration) -> Action {
        guard state == .pausing || state == .retrying else { return .nothing }
        if state == .pausing { update = .due }
        state = .idle
        return next(at: now)
    }

    /// The update that is on its way, or waits for its turn, is given up. ``attemptEnded(_:retryAfter:at:)`` does not follow.
    mutating func updateDropped(at now: Duration) -> Action {
        guard state == .sending(.update) else { return .nothing }
        return attemptEnded(.failed, at: now)
    }

    /// Whether a terminal webhook is wanted and can still be sent.
    var sendsTerminal: Bool { state != .finished && events.contains(.completed) }

    /// Whether an update is on its way or waits for its turn.
    var isSendingUpdate: Bool { state == .sending(.update) }

    /// Whether the terminal webhook has failed and is to be tried again.
    var isRetrying: Bool { state == .retrying || attempts > 1 }

    /// Nothing is to be sent any more.
    mutating func abandon() {
        state = .finished
    }

    /// Whether nothing is on its way or has failed.
    private var canSend: Bool { state == .idle || state == .pausing }

    private mutating func next(at now: Duration) -> Action {
        if update == .throttled {
            let pause = lastSent.map { $0 + throttleInterval - now } ?? .zero
            if pause <= .zero {
                update = .due
            } else if !hasEnded {
                state = .pausing
                return .wait(pause)
            }
        }
        if update != .none, isUpdateWanted {
            update = .none
            lastSent = now
            state = .sending(.update)
            return .send(.update)
        }
        update = .none
        state = .idle
        guard hasEnded else { return .nothing }
        guard events.contains(.completed) else {
            state = .finished
            return .finish
        }
        attempts += 1
        state = .sending(.terminal)
        return .send(.terminal)
    }

    /// Whether the update that there is goes out. At the end it goes out before the terminal webhook, except for a throttled
    /// one, since the terminal webhook says the same and more. A receiver that fails is not kept from its terminal webhook.
    private var isUpdateWanted: Bool {
        guard hasEnded, events.contains(.completed) else { return true }
        return update == .due && lastOutcome == .delivered
    }
}
