/// One request that waits for its answer.
///
/// Answer it once, with ``respond(_:)`` or ``startStream(status:contentType:fields:)``. An exchange released without an
/// answer is answered with ``RequestFailure/unanswered``.
public final class Exchange {
    private var connection: Connection?
    private var isAnswered = false
    /// Whether the client can no longer receive the answer, because it reset the connection or the server closed it.
    public private(set) var isClientGone = false
    /// Called on the loop if the client goes away before the answer is complete; the answer is useless then.
    public var onClientGone: (() -> Void)?

    /// The body, if the request was passed on before the body arrived: ``HeadAction/stream(takesCoded:fields:label:)``.
    public internal(set) var body: ArrivingBody?

    /// The client's address, for logs; `nil` if the client is gone.
    public var peerAddress: String? { connection?.peerAddress }

    /// The number of the connection among those of the server, from 1. Requests with the same number come from one
    /// client, one after another. `nil` if the connection is gone.
    public var connectionNumber: Int? { connection?.number }

    /// The label that ``HTTPHandler/receivedHead(_:)`` gave the request; 0 once it is answered.
    public var label: Int { connection?.count.label ?? 0 }

    init(on connection: Connection) {
        self.connection = connection
    }

    deinit {
        // Only an unfinished exchange still has its connection.
        connection?.exchangeAbandoned(hasStarted: isAnswered)
    }

    /// Sends the answer. Does nothing if the client is gone.
    public func respond(_ response: Response) {
        precondition(!isAnswered, "an exchange is answered once")
        isAnswered = true
        guard let connection else { return }
        finish()
        connection.exchangeAnswered(response)
    }

    /// Starts an answer of unknown length. Sends nothing if the client is gone.
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

    /// Detaches the exchange from the connection, which may serve the next request from now on.
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

    /// The connection, for this exchange's stream.
    var openConnection: Connection? { connection }
}

@available(*, unavailable)
extension Exchange: Sendable {}
