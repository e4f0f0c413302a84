/// Which webhooks may be on their way at the same time, and whose turn is next. A value without clock or socket.
///
/// Every request to a receiver takes a connection. So requests are bounded for each receiver (a host and port) and in all,
/// and receivers of which no answer is known share a part of that: hosts that accept connections and say nothing, however
/// many there are, leave the rest to those that answer.
struct DeliveryLine {
    /// Names a session that waits.
    typealias ID = ObjectIdentifier

    /// A request that may be sent now; ``ended(to:hasAnswered:)`` follows.
    struct Turn: Equatable {
        let id: ID
        let receiver: String
    }

    private struct Receiver {
        var inFlight = 0
        /// Requests that were started while no answer was known.
        var unproven = 0
        /// Whether it answered the last request.
        var hasAnswered = false
        var waiting: [ID] = []

        var isIdle: Bool { inFlight == 0 && waiting.isEmpty }
    }

    /// Idle receivers are forgotten once there are this many: every client may name another one.
    private static let rememberedReceivers = 1_000

    private let perReceiver: Int
    private let inAll: Int
    private let unprovenLimit: Int
    private var receivers: [String: Receiver] = [:]
    /// Receivers with requests that wait, those first whose turn is next.
    private var turns: [String] = []
    /// Requests on their way.
    private(set) var inFlight = 0
    private var unproven = 0

    init(configuration: WebhookConfiguration) {
        perReceiver = configuration.requestsPerReceiver
        inAll = configuration.requestLimit
        unprovenLimit = configuration.unprovenRequestLimit
    }

    /// A session wants to send a request. True: now, which is followed by ``ended(to:hasAnswered:)``. False: it waits.
    mutating func request(by id: ID, to receiver: String) -> Bool {
        if canStart(receiver) {
            start(receiver)
            return true
        }
        if receivers[receiver, default: Receiver()].waiting.isEmpty { turns.append(receiver) }
        receivers[receiver, default: Receiver()].waiting.append(id)
        return false
    }

    /// A request has ended, with an answer of any status or without one; nil if that was not waited for.
    ///
    /// - Returns: whose turn it is now.
    mutating func ended(to receiver: String, hasAnswered: Bool?) -> [Turn] {
        inFlight -= 1
        update(receiver) { receiver, unproven in
            receiver.inFlight -= 1
            receiver.hasAnswered = hasAnswered ?? receiver.hasAnswered
            // Which of its requests has ended doesn't matter: an answer clears all of them.
            let cleared = hasAnswered == true ? receiver.unproven : min(1, receiver.unproven)
            receiver.unproven -= cleared
            unproven -= cleared
        }
        return startNext()
    }

    /// A session does not want to send any more.
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

    /// Each receiver with requests that wait has one turn, then the next one.
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
