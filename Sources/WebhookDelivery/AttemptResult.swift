internal import HTTPClient

/// The result of an attempt to deliver a webhook.
struct AttemptResult {
    let outcome: DeliveryOrder.Outcome
    /// Why the webhook wasn't delivered, without a URL's path; `nil` if it was.
    let failure: String?
    /// How long the receiver asks to wait.
    let retryAfter: Duration?

    /// Statuses after which the same request may succeed later.
    private static let transientStatuses: Set<Int> = [429, 500, 502, 503, 504]

    private init(_ outcome: DeliveryOrder.Outcome, failure: String?, retryAfter: Duration? = nil) {
        self.outcome = outcome
        self.failure = failure
        self.retryAfter = retryAfter
    }

    /// The server's shutdown ended the attempt.
    static let cutShort = AttemptResult(.failed, failure: "no answer before the server's end")

    init(_ result: Result<HTTPResponse, HTTPClientError>) {
        switch result {
        case .success(let response) where response.isSuccess:
            self.init(.delivered, failure: nil)
        case .success(let response) where (300..<400).contains(response.status):
            // The redirect has no usable target. Nobody has accepted the body, and a broken redirect is easily fixed,
            // so try again.
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
