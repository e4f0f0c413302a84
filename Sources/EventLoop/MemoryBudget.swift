/// How much memory requests and webhooks may take together, and how much they have taken. A value: no clock, no I/O.
///
/// Requests are refused when the budget is exhausted. Webhooks are not, because what they hold exists already; they have to
/// yield instead. What receivers have refused may hold at most half of the budget, so that they can't keep requests out.
public struct MemoryBudget: Equatable, Sendable {
    /// What memory is taken for.
    public enum Purpose: Sendable {
        /// Bodies of requests, from their first byte until nobody needs them, and values read from them.
        case requests
        /// What is kept to be sent to webhooks.
        case webhooks
    }

    /// What webhooks have to give up; each level includes the ones before it.
    public enum Relief: Int, Comparable, Sendable {
        /// Nothing.
        case none
        /// Updates of predictions that run or have just ended; their terminal webhooks still follow.
        case updates
        /// Terminal webhooks that have failed and wait to be tried again.
        case retries
        /// Terminal webhooks, whatever their state.
        case everything

        /// Whether the left level asks for less.
        public static func < (left: Relief, right: Relief) -> Bool { left.rawValue < right.rawValue }
    }

    /// How much may be taken in all.
    public let limitBytes: Int
    /// How much requests have taken.
    public private(set) var requestBytes = 0
    /// How much webhooks have taken.
    public private(set) var webhookBytes = 0

    /// A budget of which nothing is taken.
    public init(limitBytes: Int) {
        self.limitBytes = max(0, limitBytes)
    }

    /// How much of the budget webhooks may hold before they have to yield.
    public var webhookLimitBytes: Int { limitBytes / 2 }

    /// How much is left; negative when webhooks have taken more than there was.
    public var freeBytes: Int { limitBytes - requestBytes - webhookBytes }

    /// Takes memory for a request, all of it or nothing.
    public mutating func takeForRequest(_ bytes: Int) -> Bool {
        precondition(bytes >= 0)
        guard bytes <= freeBytes else { return false }
        requestBytes += bytes
        return true
    }

    /// Takes memory for webhooks, whether or not it is there: ask for ``webhookRelief`` afterwards.
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

    /// Gives back what was taken.
    public mutating func giveBack(_ bytes: Int, takenFor purpose: Purpose) {
        precondition(bytes >= 0)
        switch purpose {
        case .requests: requestBytes -= bytes
        case .webhooks: webhookBytes -= bytes
        }
        precondition(requestBytes >= 0 && webhookBytes >= 0, "more memory was given back than taken")
    }
}
