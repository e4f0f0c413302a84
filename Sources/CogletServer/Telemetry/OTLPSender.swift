import EventLoop
import HTTPClient
import OTLP
import Telemetry
import Workers

/// Sends messages to a collector: OTLP over HTTP, as protobuf.
///
/// Bound to the loop. It has its own connections, so a slow collector holds up nothing else.
final class OTLPSender {
    /// Where messages go, and how.
    struct Configuration: Equatable {
        let url: String
        let headers: [(name: String, value: String)]
        /// The time limit for a message.
        let timeout: Duration

        static func == (left: Self, right: Self) -> Bool {
            left.url == right.url && left.timeout == right.timeout
                && left.headers.elementsEqual(right.headers, by: ==)
        }
    }

    private let client: HTTPClient
    private let configuration: Configuration
    private let log: Log
    /// The kind of data, for the log.
    private let what: String
    private var isFailing = false
    private var rejections = RejectionLog()
    /// The collector's last explanation of a rejection.
    private var explanation = ""
    /// How much of an answer is kept: a number and a text.
    private static let answerLimitBytes = 64 << 10
    /// How much of the collector's text is logged.
    private static let explanationLimit = 500

    init(on loop: EventLoop, _ configuration: Configuration, _ service: ServiceClient, what: String, log: Log) {
        client = HTTPClient(
            on: loop, proxies: service.proxies, fallbackTrustFile: service.fallbackTrustFile, transferLimit: 1)
        self.configuration = configuration
        self.what = what
        self.log = log
    }

    /// What the client shares with the service's client.
    struct ServiceClient {
        let proxies: ProxySettings
        let fallbackTrustFile: String?
    }

    /// Sends a message; `completion` is called on the loop, never during this call.
    func send(_ message: [UInt8], completion: @escaping (SpanQueue.Outcome) -> Void) {
        var request = HTTPRequest(.post, configuration.url)
        request.fields = [
            ("content-type", "application/x-protobuf"), ("user-agent", "OTel-OTLP-Exporter-coglet/\(Coglet.version)"),
        ]
        request.fields += configuration.headers
        request.body = .pieces([.bytes(message)])
        request.totalTimeout = configuration.timeout
        // The fields may contain a key, which is meant only for this server.
        request.redirectLimit = 0
        request.destination = .memory(limitBytes: Self.answerLimitBytes)
        client.send(request) { [self] result in
            let (outcome, problem) = outcome(result)
            report(problem)
            completion(outcome)
        }
    }

    /// Cancels the message in progress.
    func close() {
        client.close()
        if let count = rejections.ended() { logRejected(count) }
    }

    private func outcome(
        _ result: Result<HTTPResponse, HTTPClientError>
    ) -> (SpanQueue.Outcome, problem: String?) {
        switch result {
        case .success(let response) where response.isSuccess:
            (.delivered(rejected: rejected(in: response)), nil)
        case .success(let response):
            // Statuses that allow a retry (OTLP, section "OTLP/HTTP Response").
            if [429, 502, 503, 504].contains(response.status) {
                (.failed(retryAfter: response.retryAfter), "it answered with status \(response.status)")
            } else {
                (.refused, "it answered with status \(response.status)")
            }
        case .failure(let error): (.failed(retryAfter: nil), "\(error)")
        }
    }

    /// The number of items that the collector has rejected although it answered with success.
    private func rejected(in response: HTTPResponse) -> Int {
        guard let partial = PartialSuccess(reading: response.body.bytes) else { return 0 }
        explanation = String(partial.message.prefix(Self.explanationLimit))
        if let count = rejections.rejected(partial.rejected, at: Clock.monotonic) { logRejected(count) }
        return partial.rejected
    }

    private func logRejected(_ count: Int) {
        let subject = count > 0 ? "has rejected \(count) of the \(what)" : "warns about the \(what)"
        log.warning("coglet::telemetry", "The collector \(subject)", ["reason": .string(explanation)])
    }

    /// Logs one line when sending begins to fail, and one when it works again.
    private func report(_ problem: String?) {
        if let problem, !isFailing {
            log.warning("coglet::telemetry", "The collector doesn't accept \(what): \(problem)")
        } else if problem == nil, isFailing {
            log.info("coglet::telemetry", "The collector accepts \(what) again")
        }
        isFailing = problem != nil
    }
}

@available(*, unavailable)
extension OTLPSender: Sendable {}
