internal import EventLoop
internal import HTTPClient
internal import HTTPServer

/// Forwards one request to the target and its response to the page. Neither is ever held as a whole.
final class Forwarding {
    /// How much of a response may wait for the page before the target has to wait.
    static let waitingLimitBytes = 512 * 1024

    private let exchange: Exchange
    private let body: ArrivingBody?
    private var transfer: Transfer?
    private var answer: Answer = .waiting
    /// Whether bytes were refused because the page accepts them too slowly.
    private var isHeldUp = false
    /// Why the page's body ended early.
    private var bodyFailure: RequestFailure?
    /// Called when nothing more will happen.
    var onEnd: (() -> Void)?

    private enum Answer {
        case waiting
        /// The response has no body, so there is nothing to stream.
        case bare(status: Int, fields: [Response.Field])
        case streaming(ResponseStream)
    }

    init(_ exchange: Exchange) {
        self.exchange = exchange
        body = exchange.body
    }

    /// Sends the request to `url`.
    func begin(_ head: RequestHead, to url: String, method: HTTPRequest.Method, by client: HTTPClient) {
        var request = HTTPRequest(method, url)
        request.fields = ProxyFields.request(head.allFields.map { ($0.name.string, $0.value.string) })
        // The target's own limits apply: a prediction may take as long as it likes.
        request.redirectLimit = 0
        request.destination = .consumer(self)
        if method != .get, body?.lengthBytes != 0 { request.body = .arriving(self) }
        exchange.onClientGone = { [weak self] in self?.transfer?.cancel() }
        body?.onArrival = { [weak self] in self?.transfer?.resume() }
        transfer = client.send(request) { [self] result in ended(result) }
    }

    /// Resumes the transfer if the page has accepted enough; returns whether it did.
    func resumeIfTaken() -> Bool {
        guard isHeldUp, case .streaming(let stream) = answer, stream.pendingBytes <= Self.waitingLimitBytes / 2 else {
            return false
        }
        isHeldUp = false
        transfer?.resume()
        return true
    }

    private func ended(_ result: Result<HTTPResponse, HTTPClientError>) {
        switch (result, answer) {
        case (.success, .streaming(let stream)): stream.finish()
        case (.success, .bare(let status, let fields)): exchange.respond(.empty(status, fields: fields))
        // libcurl reports a response without a head as a failure, so this is none at all.
        case (.success, .waiting): exchange.respond(Self.unanswered)
        case (.failure, .streaming(let stream)): stream.abort()
        case (.failure(let error), _) where !exchange.isClientGone: exchange.respond(refusal(error))
        case (.failure, _): break
        }
        body?.onArrival = nil
        transfer = nil
        onEnd?()
        onEnd = nil
    }

    private static var unanswered: Response {
        .plainText("cannot reach target API: no answer" as StaticString, status: 502)
    }

    private func refusal(_ error: HTTPClientError) -> Response {
        if let bodyFailure { return .plainText(bodyFailure.description, status: bodyFailure.status) }
        switch error {
        case .invalidURL(let reason): return .plainText("invalid target API URL: \(reason)", status: 400)
        default: return .plainText("cannot reach target API: \(error)", status: 502)
        }
    }
}

extension Forwarding: BodyProducer {
    var lengthBytes: Int? { body?.lengthBytes }

    func take(into destination: UnsafeMutableRawBufferPointer) -> ProducedBytes {
        switch body?.take(into: destination) {
        case .bytes(let count): return .bytes(count)
        case .end, nil: return .end
        case .notYet: return .notYet
        case .failed(let failure):
            bodyFailure = failure
            return .failed
        }
    }
}

extension Forwarding: AnswerConsumer {
    func answerBegan(status: Int, fields: [(name: String, value: String)]) {
        let fields = ProxyFields.response(fields)
        if status == 204 || status == 304 {
            answer = .bare(status: status, fields: fields)
        } else {
            let stream = exchange.startStream(status: status, fields: fields)
            // Browsers don't end their side of the connection before they leave, and a prediction may depend on being
            // canceled.
            stream.onPeerFinished = { [weak self] in self?.transfer?.cancel() }
            answer = .streaming(stream)
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .streaming(let stream) = answer else { return true }
        guard stream.pendingBytes <= Self.waitingLimitBytes else {
            isHeldUp = true
            return false
        }
        stream.write(Array(bytes))
        return true
    }
}

@available(*, unavailable)
extension Forwarding: Sendable {}
