/// Limits and times of webhooks.
public struct WebhookConfiguration: Sendable {
    /// The bearer token for `authorization`, if any.
    public var token: String?
    /// The `user-agent`.
    public var userAgent: String
    /// The minimum time between two updates of a prediction, except for the first update about each event.
    public var throttleInterval: Duration = .milliseconds(500)
    /// The time limit of one attempt, including redirects.
    public var attemptTimeout: Duration = .seconds(30)
    /// The maximum number of redirects, each followed with the body.
    public var redirectLimit = 10
    /// Whether receivers may be at addresses outside of the public internet.
    public var allowsPrivateAddresses = true
    /// The maximum number of attempts to send the terminal webhook.
    public var attemptLimit = 13
    /// The pause before the second attempt; it doubles with each further one.
    public var firstRetryDelay: Duration = .milliseconds(200)
    /// The longest pause that a receiver can request with `retry-after`; if it asks for more, the retry comes after
    /// this time.
    public var retryAfterLimit: Duration = .seconds(600)
    /// The maximum number of concurrent requests to one receiver (host and port); further ones wait.
    public var requestsPerReceiver = 32
    /// The maximum number of concurrent requests in total, each on its own connection.
    public var requestLimit = 64
    /// How many of those may go to receivers that haven't answered at all or didn't answer the last request.
    public var unprovenRequestLimit = 32
    /// The maximum number of predictions with waiting webhooks; beyond it, the oldest is given up.
    public var waitingLimit = 10_000

    /// Makes the defaults for a version of the server.
    public init(version: String) {
        userAgent = "coglet/\(version)"
    }
}
