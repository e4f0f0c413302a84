internal import EventLoop
internal import HTTPServer

/// Accepts webhooks from the target's server, and passes each to the page that listens to its token.
final class WebhookSink {
    /// The maximum number of webhooks being received.
    static let inFlightLimit = 16
    /// The maximum size of a webhook in bytes.
    static let bodyLimitBytes = 10 << 20
    /// While this many bytes wait for a page, no webhook is accepted for it; its sender tries again.
    static let waitingLimitBytes = 32 << 20
    /// The interval between keep-alive comments to a page.
    private static let keepAliveInterval = Duration.seconds(15)

    private var listeners: [String: ResponseStream] = [:]
    private var receipts: [ObjectIdentifier: WebhookReceipt] = [:]
    private var timer: Timer?

    init(on loop: EventLoop) throws(EventLoopError) {
        timer = try Timer(on: loop) { [unowned self] in
            for stream in listeners.values { stream.write(.segment(.fixed(": keep-alive\n\n"))) }
        }
        timer?.start(after: Self.keepAliveInterval, repeating: Self.keepAliveInterval)
    }

    /// Opens the event stream for a token, replacing any earlier listener.
    func listen(to token: String, on exchange: Exchange) {
        let stream = exchange.startStream(
            contentType: "text/event-stream", fields: [.init("cache-control", "no-store")])
        listeners.removeValue(forKey: token)?.finish()
        listeners[token] = stream
        let gone = { [weak self, weak stream] in
            guard let self, let stream, self.listeners[token] === stream else { return }
            self.listeners[token] = nil
        }
        stream.onClientGone = gone
        // A page never ends its side of the connection otherwise; only sending something would reveal that it has left.
        stream.onPeerFinished = { [weak stream] in
            gone()
            stream?.abort()
        }
        stream.write(.segment(.fixed(": listening\n\n")))
    }

    /// Receives a webhook.
    func receive(for token: String, on exchange: Exchange) {
        let length = exchange.body?.lengthBytes ?? 0
        if let refusal = Self.refusal(
            isHeard: listeners[token] != nil, inFlight: receipts.count, lengthBytes: length,
            waitingBytes: listeners[token]?.pendingBytes ?? 0)
        {
            exchange.respond(refusal)
            return
        }
        let receipt = WebhookReceipt(exchange, limitBytes: Self.bodyLimitBytes)
        receipts[ObjectIdentifier(receipt)] = receipt
        receipt.begin { [weak self, unowned receipt] result in
            guard let self else { return }
            receipts[ObjectIdentifier(receipt)] = nil
            if let result { exchange.respond(answer(to: result, for: token)) }
        }
    }

    /// Why a webhook isn't accepted; nil if it is.
    static func refusal(isHeard: Bool, inFlight: Int, lengthBytes: Int, waitingBytes: Int) -> Response? {
        if !isHeard { return unheard }
        if inFlight >= inFlightLimit { return .plainText("too many webhooks at once" as StaticString, status: 429) }
        if lengthBytes > bodyLimitBytes { return tooLarge }
        if waitingBytes > waitingLimitBytes {
            return .plainText("the page reads webhooks too slowly: try again" as StaticString, status: 503)
        }
        return nil
    }

    private static var unheard: Response {
        .plainText("no page listens to this webhook" as StaticString, status: 503)
    }
    private static var tooLarge: Response {
        .plainText("a webhook may have at most \(bodyLimitBytes >> 20) MiB", status: 413)
    }

    private func answer(to result: WebhookReceipt.Result, for token: String) -> Response {
        switch result {
        case .complete(let body):
            guard let stream = listeners[token] else { return Self.unheard }
            stream.write(Self.event(body))
            return .json("{}")
        case .tooLarge: return Self.tooLarge
        case .failed(let failure): return .plainText(failure.description, status: failure.status)
        }
    }

    /// A body as an event: one data line for each of its lines.
    static func event(_ body: [UInt8]) -> [UInt8] {
        var event: [UInt8] = Array("data: ".utf8)
        var isAfterReturn = false
        for byte in body {
            let isReturn = byte == UInt8(ascii: "\r")
            if isReturn || (byte == UInt8(ascii: "\n") && !isAfterReturn) {
                event += Array("\ndata: ".utf8)
            } else if byte != UInt8(ascii: "\n") {
                event.append(byte)
            }
            isAfterReturn = isReturn
        }
        return event + Array("\n\n".utf8)
    }

    /// Ends all event streams.
    func close() {
        timer?.close()
        for stream in listeners.values { stream.finish() }
        listeners = [:]
    }
}

@available(*, unavailable)
extension WebhookSink: Sendable {}
