internal import Synchronization

/// The process's one ``MemoryBudget``, shared by everything that takes memory from it.
///
/// Safe on any thread: the last reference to a buffer may be released on the thread pool.
public final class MemoryAccount: Sendable {
    private let budget: Mutex<MemoryBudget>

    /// Opens an account with a budget of `limitBytes`.
    public init(limitBytes: Int) {
        budget = Mutex(MemoryBudget(limitBytes: limitBytes))
    }

    /// The current state of the budget.
    public var state: MemoryBudget {
        budget.withLock { $0 }
    }

    /// See ``MemoryBudget/takeForRequest(_:)``.
    public func takeForRequest(_ bytes: Int) -> Bool {
        budget.withLock { $0.takeForRequest(bytes) }
    }

    /// Takes memory for webhooks and returns what they have to give up in exchange.
    public func takeForWebhook(_ bytes: Int) -> MemoryBudget.Relief {
        budget.withLock {
            $0.takeForWebhook(bytes)
            return $0.webhookRelief
        }
    }

    /// See ``MemoryBudget/giveBack(_:takenFor:)``.
    public func giveBack(_ bytes: Int, takenFor purpose: MemoryBudget.Purpose) {
        guard bytes > 0 else { return }
        budget.withLock { $0.giveBack(bytes, takenFor: purpose) }
    }
}
