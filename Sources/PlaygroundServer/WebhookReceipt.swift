internal import HTTPServer

/// Receives the body of one webhook.
final class WebhookReceipt {
    enum Result {
        case complete([UInt8])
        case tooLarge
        case failed(RequestFailure)
    }

    private let exchange: Exchange
    private let limitBytes: Int
    private var body: [UInt8] = []
    private var onEnd: ((Result?) -> Void)?

    init(_ exchange: Exchange, limitBytes: Int) {
        self.exchange = exchange
        self.limitBytes = limitBytes
    }

    /// Receives the body and calls `onEnd` once, possibly before this returns; with nil if the sender disconnected.
    func begin(_ onEnd: @escaping (Result?) -> Void) {
        self.onEnd = onEnd
        exchange.onClientGone = { [weak self] in self?.end(nil) }
        exchange.body?.onArrival = { [weak self] in self?.takeAll() }
        takeAll()
    }

    private func takeAll() {
        guard let arriving = exchange.body else { return end(.complete([])) }
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { room in
            while onEnd != nil {
                switch arriving.take(into: room) {
                case .bytes(let count):
                    body += room[..<count]
                    if body.count > limitBytes { end(.tooLarge) }
                case .end: end(.complete(body))
                case .failed(let failure): end(.failed(failure))
                case .notYet: return
                }
            }
        }
    }

    private func end(_ result: Result?) {
        let onEnd = onEnd
        self.onEnd = nil
        exchange.body?.onArrival = nil
        onEnd?(result)
    }
}

@available(*, unavailable)
extension WebhookReceipt: Sendable {}
