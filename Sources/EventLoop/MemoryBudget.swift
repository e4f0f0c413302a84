/// How much memory requests and webhooks may take together, and how much they have taken. A value: no clock, no I/O.
///
/// When the budget is exhausted, requests are refused. Webhooks aren't, because what they hold already exists; they
/// have to yield instead. Webhooks that receivers have refused may hold at most half of the budget, so they can't keep
/// requests out.
public struct MemoryBudget: Equatable, Sendable {
    /// What the memory is for.
    public enum Purpose: Sendable {
        /// Request bodies, from the first byte until nothing needs them, and the values read from them.
        case requests
        /// Content kept for webhooks.
        case webhooks
    }

    /// What webhooks have to give up; each level includes the ones before it.
    public enum Relief: Int, Comparable, Sendable {
        /// Nothing.
        case none
        /// Updates of predictions that are running or have just ended; their terminal webhooks still follow.
        case updates
        /// Terminal webhooks that failed and wait for a retry.
        case retries
        /// All terminal webhooks.
        case everything

        /// Whether the left level demands less.
        public static func < (left: Relief, right: Relief) -> Bool { left.rawValue < right.rawValue }
    }

    /// The whole budget.
    public let limitBytes: Int
    /// The bytes that requests have taken.
    public private(set) var requestBytes = 0
    /// The bytes that webhooks have taken.
    public private(set) var webhookBytes = 0

    /// Makes an untouched budget.
    public init(limitBytes: Int) {
        self.limitBytes = max(0, limitBytes)
    }

    /// The bytes that webhooks may hold before they have to yield.
    public var webhookLimitBytes: Int { limitBytes / 2 }

    /// The bytes left; negative if webhooks have taken more than the budget.
    public var freeBytes: Int { limitBytes - requestBytes - webhookBytes }

    /// Takes memory for a request: all of it or none.
    public mutating func takeForRequest(_ bytes: Int) -> Bool {
        precondition(bytes >= 0)
        guard bytes <= freeBytes else { return false }
        requestBytes += bytes
        return true
    }

    /// Takes memory for webhooks unconditionally; check ``webhookRelief`` afterwards.
    public mutating func takeForWebhook(_ bytes: Int) {
        precondition(bytes >= 0)
        webhookBytes += bytes
    }

    /// What webhooks have to give up now.
    public var webhookRelief: Relief {
        if webhookBytes > limitBytes { return .everything }
        if webhookBytes > webhookLimitBytes { return .retries }
        return webhookBytes > 0 && freeBytes < 0 ? .updates : .none
    }

    /// Returns memory that was taken.
    public mutating func giveBack(_ bytes: Int, takenFor purpose: Purpose) {
        precondition(bytes >= 0)
        switch purpose {
        case .requests: requestBytes -= bytes
        case .webhooks: webhookBytes -= bytes
        }
        precondition(requestBytes >= 0 && webhookBytes >= 0, "more memory was given back than taken")
    }
}
