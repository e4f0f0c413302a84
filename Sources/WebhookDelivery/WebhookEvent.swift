/// What happens to a prediction that a client can ask to be told of.
public enum WebhookEvent: String, CaseIterable, Sendable {
    /// Its processing begins.
    case start
    /// It has produced a value.
    case output
    /// It has logged something.
    case logs
    /// It has reached its end.
    case completed
}
