internal import HTTPClient

/// How an attempt to deliver a webhook ended, and why.
struct AttemptResult {
    let outcome: DeliveryOrder.Outcome
    /// Why it was not delivered, without a URL's path; `nil` if it was.
    let failure: String?
    /// How long the receiver asks to be left alone.
    let retryAfter: Duration?

    /// Answers after which the same request may be taken later.
    private static let transientStatuses: Set<Int> = [429, 500, 502, 503, 504]

    private init(_ outcome: DeliveryOrder.Outcome, failure: String?, retryAfter: Duration? = nil) {
        self.outcome = outcome
        self.failure = failure
        self.retryAfter = retryAfter
    }

    /// The attempt was ended by the server's shutdown.
    static let cutShort = AttemptResult(.failed, failure: "no answer before the server's end")

    init(_ result: Result<HTTPResponse, HTTPClientError>) {
        switch result {
        case .success(let response) where response.isSuccess:
            self.init(.delivered, failure: nil)
        case .success(let response) where (300..<400).contains(response.status):
            // It names no place that could be followed. Nobody has taken the body, and a redirect is easily repaired.
            self.init(
                .failed, failure: "status \(response.status) without a location to follow",
                retryAfter: response.retryAfter)
        case .success(let response):
            self.init(
                Self.transientStatuses.contains(response.status) ? .failed : .refused,
                failure: "status \(response.status)", retryAfter: response.retryAfter)
        case .failure(let error):
            self.init(Self.isFinal(error) ? .refused : .failed, failure: "\(error.withoutPaths)")
        }
    }

    private static func isFinal(_ error: HTTPClientError) -> Bool {
        switch error {
        case .invalidURL, .unusableProxy, .privateAddress, .redirectRefused, .unavailable, .canceled: true
        default: false
        }
    }
}
