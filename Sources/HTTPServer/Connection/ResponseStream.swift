/// An answer that is sent in pieces: chunked to an HTTP/1.1 client, ended by closing the connection to an HTTP/1.0
/// client.
///
/// Everything written in one round of the loop is sent together at its end. Nothing written is dropped; if a client
/// reads slowly, the writer has to check ``pendingBytes`` and wait for ``onDrained``. Releasing an unfinished stream
/// aborts it.
public final class ResponseStream {
    private let exchange: Exchange
    private var isFinished = false
    /// Called on the loop when the client has accepted all bytes that had to wait.
    public var onDrained: (() -> Void)?

    /// Called on the loop when the client has finished sending. It may be gone, which shows only when something is
    /// sent.
    public var onPeerFinished: (() -> Void)?

    init(on exchange: Exchange) {
        self.exchange = exchange
    }

    deinit {
        abort()
    }

    /// Called on the loop if the client goes away before the answer is complete.
    public var onClientGone: (() -> Void)? {
        get { exchange.onClientGone }
        set { exchange.onClientGone = newValue }
    }

    /// Whether the client can no longer receive anything.
    public var isClientGone: Bool { exchange.isClientGone }

    /// The number of bytes queued in this process because the client doesn't accept them yet.
    public var pendingBytes: Int { exchange.openConnection?.pendingBytes ?? 0 }

    /// Sends bytes. Does nothing if the client is gone.
    public func write(_ bytes: [UInt8]) {
        write(.segment(.bytes(bytes)))
    }

    /// Sends bytes as one chunk. Does nothing if the client is gone.
    public func write(_ body: ResponseBody) {
        precondition(!isFinished, "a finished stream cannot be written to")
        exchange.openConnection?.streamWrote(body)
    }

    /// Ends the answer. The connection stays open if the client wants it to.
    public func finish() {
        precondition(!isFinished, "a stream is finished once")
        isFinished = true
        onDrained = nil
        onPeerFinished = nil
        guard let connection = exchange.openConnection else { return }
        exchange.finish()
        connection.streamFinished()
    }

    /// Ends the answer in a way that shows the client that it is incomplete.
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
