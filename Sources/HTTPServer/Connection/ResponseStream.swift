/// An answer that is sent bit by bit: chunked for an HTTP/1.1 client, ended by closing for an HTTP/1.0 client.
///
/// What is written in one round of the loop leaves together at its end. Nothing that is written gets lost; the writer has to
/// look at ``pendingBytes`` and to wait for ``onDrained`` when a client reads slowly. To let go of a stream that is not
/// finished aborts it.
public final class ResponseStream {
    private let exchange: Exchange
    private var isFinished = false
    /// Called on the loop when all bytes that had to wait for the client were taken.
    public var onDrained: (() -> Void)?

    /// Called on the loop when the client has finished sending: it may have gone, which shows only when something is sent.
    public var onPeerFinished: (() -> Void)?

    init(on exchange: Exchange) {
        self.exchange = exchange
    }

    deinit {
        abort()
    }

    /// Called on the loop when the client has gone before the answer was complete.
    public var onClientGone: (() -> Void)? {
        get { exchange.onClientGone }
        set { exchange.onClientGone = newValue }
    }

    /// Whether the client can no longer receive anything.
    public var isClientGone: Bool { exchange.isClientGone }

    /// How many bytes wait in this process because the client does not take them yet.
    public var pendingBytes: Int { exchange.openConnection?.pendingBytes ?? 0 }

    /// Sends bytes. Does nothing when the client is gone.
    public func write(_ bytes: [UInt8]) {
        write(.segment(.bytes(bytes)))
    }

    /// Sends bytes, as one chunk. Does nothing when the client is gone.
    public func write(_ body: ResponseBody) {
        precondition(!isFinished, "a finished stream cannot be written to")
        exchange.openConnection?.streamWrote(body)
    }

    /// Ends the answer. The connection lives on if the client wants it to.
    public func finish() {
        precondition(!isFinished, "a stream is finished once")
        isFinished = true
        onDrained = nil
        onPeerFinished = nil
        guard let connection = exchange.openConnection else { return }
        exchange.finish()
        connection.streamFinished()
    }

    /// Ends the answer so that the client notices that it is not complete.
    public func abort() {
        guard !isFinished else { return }
        isFinished = true
        onDrained = nil
        onPeerFinished = nil
        guard let connection = exchange.openConnection else { return }
        exchange.finish()
        connection.streamAborted()
    }
}

@available(*, unavailable)
extension ResponseStream: Sendable {}
