/// Events of a prediction that a client can subscribe to.
public enum WebhookEvent: String, CaseIterable, Sendable {
    /// Processing begins.
    case start
    /// The prediction has produced output.
    case output
    /// The prediction has logged something.
    case logs
    /// The prediction has ended.
    case completed
}
