/// Limits and times of webhooks.
public struct WebhookConfiguration: Sendable {
    /// What `authorization` carries as a bearer token, if anything.
    public var token: String?
    /// What `user-agent` says.
    public var userAgent: String
    /// How long after a webhook no `start` or `logs` webhook of the same prediction is sent.
    public var throttleInterval: Duration = .milliseconds(500)
    /// The time for one attempt, redirects included.
    public var attemptTimeout: Duration = .seconds(30)
    /// How many redirects are followed.
    public var redirectLimit = 10
    /// How often the terminal webhook is tried in all.
    public var attemptLimit = 13
    /// The wait before the second attempt; it doubles with each further one.
    public var firstRetryDelay: Duration = .milliseconds(200)
    /// How many requests to one receiver (host and port) are in flight; more of them wait for each other.
    public var requestsPerReceiver = 64
    /// How many predictions may have webhooks waiting; past it the oldest is given up.
    public var waitingLimit = 10_000

    /// Makes the defaults for a version of the server.
    public init(version: String) {
        userAgent = "coglet/\(version)"
    }
}
