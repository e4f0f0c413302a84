/// One request that waits for its answer.
///
/// Answer it once, with ``respond(_:)`` or by ``startStream(status:contentType:fields:)``. To let go of it without an answer
/// is answered ``RequestFailure/unanswered``.
public final class Exchange {
    private var connection: Connection?
    private var isAnswered = false
    /// Whether the client can no longer receive the answer: it threw the connection away, or the server closed it.
    public private(set) var isClientGone = false
    /// Called on the loop when the client has gone before the answer was complete; the answer is of no use then.
    public var onClientGone: (() -> Void)?

    /// The body, where the request was handed over before it has arrived: ``HeadAction/stream(takesCoded:fields:label:)``.
    public internal(set) var body: ArrivingBody?

    /// The loop's view of the client's address, for logs; `nil` when it is gone.
    public var peerAddress: String? { connection?.peerAddress }

    /// Counts the connections of the server, from 1: requests with the same number come from one client, one after
    /// another. `nil` when the connection is gone.
    public var connectionNumber: Int? { connection?.number }

    /// What ``HTTPHandler/receivedHead(_:)`` has said of the request; 0 once it is answered.
    public var label: Int { connection?.count.label ?? 0 }

    init(on connection: Connection) {
        self.connection = connection
    }

    deinit {
        // Only an exchange that was not finished still has its connection.
        connection?.exchangeAbandoned(hasStarted: isAnswered)
    }

    /// Sends the answer. Does nothing when the client is gone.
    public func respond(_ response: Response) {
        precondition(!isAnswered, "an exchange is answered once")
        isAnswered = true
        guard let connection else { return }
        finish()
        connection.exchangeAnswered(response)
    }

    /// Starts an answer whose length is not known yet. Sends nothing when the client is gone.
    public func startStream(
        status: Int = 200, contentType: StaticString? = nil, fields: [Response.Field] = []
    ) -> ResponseStream {
        precondition(!isAnswered, "an exchange is answered once")
        isAnswered = true
        let stream = ResponseStream(on: self)
        connection?.streamStarted(
            stream, Response(status: status, contentType: contentType, fields: fields))
        return stream
    }

    // MARK: - For the connection

    /// Ends the bond with the connection, which may serve the next request from now on.
    func finish() {
        connection?.exchange = nil
        connection = nil
        onClientGone = nil
    }

    func clientGone() {
        let callback = onClientGone
        isClientGone = true
        finish()
        callback?()
    }

    /// The connection, for the stream of this exchange.
    var openConnection: Connection? { connection }
}

@available(*, unavailable)
extension Exchange: Sendable {}
