/// Decides when each webhook of one prediction is sent: at most one at a time, in order, the terminal one last.
///
/// A value without a clock or a socket. Updates that come while one is being sent, or too soon after one, are merged
/// into one, whose body is made when it is sent. The terminal webhook is retried after transient failures; updates
/// aren't.
struct DeliveryOrder {
    /// What to send.
    enum Kind: Equatable {
        /// The state of a prediction that is being processed.
        case update
        /// The state at the end.
        case terminal
    }

    /// How an attempt ended.
    enum Outcome: Equatable {
        case delivered
        /// A retry may succeed.
        case failed
        /// A retry can't succeed.
        case refused
    }

    /// What to do now.
    enum Action: Equatable {
        case nothing
        /// Send a webhook, then call ``attemptEnded(_:retryAfter:at:)``.
        case send(Kind)
        /// Call ``waited(until:)`` after this time, unless another action comes first.
        case wait(Duration)
        /// Nothing more will be sent.
        case finish
        /// The terminal webhook can't be delivered, and nothing more will be sent.
        case giveUp
    }

    private enum State: Equatable {
        case idle
        case sending(Kind)
        /// An update waits until enough time has passed since the last one.
        case pausing
        /// The terminal webhook waits for a retry.
        case retrying
        case finished
    }

    /// Why an update waits.
    private enum Update {
        case none
        /// For its turn.
        case due
        /// Until the interval since the last update has passed.
        case throttled
    }

    private let events: Set<WebhookEvent>
    private let throttleInterval: Duration
    private let attemptLimit: Int
    private let firstRetryDelay: Duration
    private let retryAfterLimit: Duration

    private var state = State.idle
    private var update = Update.none
    /// The events that updates were sent for: the first update about an event isn't throttled.
    private var told: Set<WebhookEvent> = []
    private(set) var hasEnded = false
    private var lastSent: Duration?
    private var lastOutcome = Outcome.delivered
    /// The number of attempts to send the terminal webhook.
    private(set) var attempts = 0

    init(events: Set<WebhookEvent>, configuration: WebhookConfiguration) {
        self.events = events
        throttleInterval = configuration.throttleInterval
        attemptLimit = configuration.attemptLimit
        firstRetryDelay = configuration.firstRetryDelay
        retryAfterLimit = configuration.retryAfterLimit
    }

    /// Something has happened to the prediction. Everything after `completed` is ignored.
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

    /// The requested attempt is over. `retryAfter` is how long the receiver asks to wait.
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

    /// The requested wait is over, or was cut short.
    mutating func waited(until now: Duration) -> Action {
        guard state == .pausing || state == .retrying else { return .nothing }
        if state == .pausing { update = .due }
        state = .idle
        return next(at: now)
    }

    /// The update that is being sent, or waits for its turn, is dropped. ``attemptEnded(_:retryAfter:at:)`` doesn't
    /// follow.
    mutating func updateDropped(at now: Duration) -> Action {
        guard state == .sending(.update) else { return .nothing }
        return attemptEnded(.failed, at: now)
    }

    /// Whether a terminal webhook was requested and can still be sent.
    var sendsTerminal: Bool { state != .finished && events.contains(.completed) }

    /// Whether an update is being sent or waits for its turn.
    var isSendingUpdate: Bool { state == .sending(.update) }

    /// Whether the terminal webhook has failed and will be retried.
    var isRetrying: Bool { state == .retrying || attempts > 1 }

    /// Nothing is to be sent any more.
    mutating func abandon() {
        state = .finished
    }

    /// Whether nothing is being sent or waits for a retry.
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

    /// Whether to send the pending update. At the end, it precedes the terminal webhook, unless it is throttled: the
    /// terminal webhook says the same and more. A failing receiver still gets its terminal webhook.
    private var isUpdateWanted: Bool {
        guard hasEnded, events.contains(.completed) else { return true }
        return update == .due && lastOutcome == .delivered
    }
}
