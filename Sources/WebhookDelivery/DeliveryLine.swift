/// Decides which webhooks may be sent at the same time, and whose turn is next. A value without a clock or a socket.
///
/// Every request to a receiver needs a connection. So requests are limited per receiver (a host and port) and in total.
/// Receivers that haven't answered yet share a part of the total: however many hosts accept connections and say
/// nothing, they leave the rest to receivers that answer.
struct DeliveryLine {
    /// Identifies a waiting session.
    typealias ID = ObjectIdentifier

    /// A request that may be sent now; ``ended(to:hasAnswered:)`` follows.
    struct Turn: Equatable {
        let id: ID
        let receiver: String
    }

    private struct Receiver {
        var inFlight = 0
        /// Requests that were started before the receiver's first answer.
        var unproven = 0
        /// Whether the receiver answered the last request.
        var hasAnswered = false
        var waiting: [ID] = []

        var isIdle: Bool { inFlight == 0 && waiting.isEmpty }
    }

    /// Idle receivers are forgotten once there are this many, because every client may name a different one.
    private static let rememberedReceivers = 1_000

    private let perReceiver: Int
    private let inAll: Int
    private let unprovenLimit: Int
    private var receivers: [String: Receiver] = [:]
    /// Receivers with waiting requests, in the order of their turns.
    private var turns: [String] = []
    /// The number of requests in progress.
    private(set) var inFlight = 0
    private var unproven = 0

    init(configuration: WebhookConfiguration) {
        perReceiver = configuration.requestsPerReceiver
        inAll = configuration.requestLimit
        unprovenLimit = configuration.unprovenRequestLimit
    }

    /// A session wants to send a request. True means now, and ``ended(to:hasAnswered:)`` must follow. False means that
    /// it waits.
    mutating func request(by id: ID, to receiver: String) -> Bool {
        if canStart(receiver) {
            start(receiver)
            return true
        }
        if receivers[receiver, default: Receiver()].waiting.isEmpty { turns.append(receiver) }
        receivers[receiver, default: Receiver()].waiting.append(id)
        return false
    }

    /// A request has ended, with an answer of any status or without one; nil if nobody waited for an answer.
    ///
    /// - Returns: The sessions whose turn it is now.
    mutating func ended(to receiver: String, hasAnswered: Bool?) -> [Turn] {
        inFlight -= 1
        update(receiver) { receiver, unproven in
            receiver.inFlight -= 1
            receiver.hasAnswered = hasAnswered ?? receiver.hasAnswered
            // It doesn't matter which of its requests has ended: an answer clears all of them.
            let cleared = hasAnswered == true ? receiver.unproven : min(1, receiver.unproven)
            receiver.unproven -= cleared
            unproven -= cleared
        }
        return startNext()
    }

    /// A session no longer wants to send.
    mutating func forget(_ id: ID, to receiver: String) {
        guard let index = receivers[receiver]?.waiting.firstIndex(of: id) else { return }
        receivers[receiver]?.waiting.remove(at: index)
        if receivers[receiver]?.waiting.isEmpty == true { turns.removeAll { $0 == receiver } }
    }

    // MARK: -

    private func canStart(_ name: String) -> Bool {
        guard inFlight < inAll else { return false }
        let receiver = receivers[name] ?? Receiver()
        return receiver.inFlight < perReceiver && (receiver.hasAnswered || unproven < unprovenLimit)
    }

    private mutating func start(_ name: String) {
        inFlight += 1
        update(name) { receiver, unproven in
            receiver.inFlight += 1
            guard !receiver.hasAnswered else { return }
            receiver.unproven += 1
            unproven += 1
        }
    }

    private mutating func update(_ name: String, _ change: (inout Receiver, _ unproven: inout Int) -> Void) {
        change(&receivers[name, default: Receiver()], &unproven)
        if receivers.count > Self.rememberedReceivers { receivers = receivers.filter { !$0.value.isIdle } }
    }

    /// Each receiver with waiting requests gets one turn, then the next receiver.
    private mutating func startNext() -> [Turn] {
        var started: [Turn] = []
        var looked = 0
        while looked < turns.count, inFlight < inAll {
            let name = turns[looked]
            guard canStart(name), let id = receivers[name]?.waiting.first else {
                looked += 1
                continue
            }
            start(name)
            started.append(Turn(id: id, receiver: name))
            receivers[name]?.waiting.removeFirst()
            turns.remove(at: looked)
            if receivers[name]?.waiting.isEmpty == false { turns.append(name) }
        }
        return started
    }
}
