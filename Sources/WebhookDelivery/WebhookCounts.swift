/// Counts of webhooks by how they ended.
public struct WebhookCounts: Equatable, Sendable {
    /// Updates that receivers accepted.
    public var deliveredUpdates = 0
    /// Updates that were lost; in each case, a later one follows.
    public var lostUpdates = 0
    /// Terminal webhooks that receivers accepted.
    public var deliveredEnds = 0
    /// Terminal webhooks that were given up.
    public var lostEnds = 0
    /// Attempts to deliver a terminal webhook that failed and were followed by another attempt.
    public var retries = 0

    /// Nothing has ended yet.
    public init() {}

    /// A webhook has ended.
    mutating func ended(_ kind: DeliveryOrder.Kind, isDelivered: Bool) {
        switch (kind, isDelivered) {
        case (.update, true): deliveredUpdates += 1
        case (.update, false): lostUpdates += 1
        case (.terminal, true): deliveredEnds += 1
        case (.terminal, false): lostEnds += 1
        }
    }
}
