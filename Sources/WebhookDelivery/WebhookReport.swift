internal import HTTPClient

/// The facts about a webhook whose request has ended.
public struct WebhookReport: Sendable {
    /// Whether it is the prediction's last webhook.
    public let isTerminal: Bool
    /// The status of the answer; nil if there is none.
    public let status: Int?
    /// What went wrong; nil if the receiver accepted the webhook.
    public let error: String?

    init(_ kind: DeliveryOrder.Kind, _ result: Result<HTTPResponse, HTTPClientError>) {
        isTerminal = kind == .terminal
        switch result {
        case .success(let response):
            status = response.status
            error = response.isSuccess ? nil : "the receiver answered with status \(response.status)"
        case .failure(let failure):
            status = nil
            error = if case .canceled = failure { "given up" } else { "the request failed" }
        }
    }
}
