internal import HTTPClient

/// What can be said of a webhook whose request has ended.
public struct WebhookReport: Sendable {
    /// Whether it is the last one of its prediction.
    public let isTerminal: Bool
    /// The status of the answer; nil if there is none.
    public let status: Int?
    /// What went wrong; nil if the receiver has taken it.
    public let error: String?

    init(_ kind: DeliveryOrder.Kind, _ result: Result<HTTPResponse, HTTPClientError>) {
        isTerminal = kind == .terminal
        switch result {
        case .success(let response):
            status = response.status
            error = response.isSuccess ? nil : "the receiver answers with status \(response.status)"
        case .failure(let failure):
            status = nil
            error = if case .canceled = failure { "given up" } else { "the request has failed" }
        }
    }
}
