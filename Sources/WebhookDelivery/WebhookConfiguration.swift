/// Limits and times of webhooks.
public struct WebhookConfiguration: Sendable {
    /// What `authorization` carries as a bearer token, if anything.
    public var token: String?
    /// What `user-agent` says.
    public var userAgent: String
    /// The least time between two updates of a prediction, except for the first one about each event.
    public var throttleInterval: Duration = .milliseconds(500)
    /// The time for one attempt, redirects included.
    public var attemptTimeout: Duration = .seconds(30)
    /// How many redirects are followed, each with the body.
    public var redirectLimit = 10
    /// Whether receivers may be at addresses outside of the public internet.
    public var allowsPrivateAddresses = true
    /// How often the terminal webhook is tried in all.
    public var attemptLimit = 13
    /// The wait before the second attempt; it doubles with each further one.
    public var firstRetryDelay: Duration = .milliseconds(200)
    /// How much longer a receiver can make the wait with `retry-after`; one that asks for more is tried after this time.
    public var retryAfterLimit: Duration = .seconds(600)
    /// How many requests to one receiver (host and port) are in flight; more of them wait for each other.
    public var requestsPerReceiver = 32
    /// How many requests are in flight in all, each on a connection of its own.
    public var requestLimit = 64
    /// How many of them may be to receivers that have not answered, or not the last time.
    public var unprovenRequestLimit = 32
    /// How many predictions may have webhooks waiting; past it the oldest is given up.
    public var waitingLimit = 10_000

    /// Makes the defaults for a version of the server.
    public init(version: String) {
        userAgent = "coglet/\(version)"
    }
}
