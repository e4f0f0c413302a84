internal import Synchronization

/// The one ``MemoryBudget`` of a process, which all who take from it share.
///
/// May be used on any thread: the last reference to a buffer may be let go on the thread pool.
public final class MemoryAccount: Sendable {
    private let budget: Mutex<MemoryBudget>

    /// Opens an account with a budget of `limitBytes`.
    public init(limitBytes: Int) {
        budget = Mutex(MemoryBudget(limitBytes: limitBytes))
    }

    /// How it stands now.
    public var state: MemoryBudget {
        budget.withLock { $0 }
    }

    /// See ``MemoryBudget/takeForRequest(_:)``.
    public func takeForRequest(_ bytes: Int) -> Bool {
        budget.withLock { $0.takeForRequest(bytes) }
    }

    /// Takes memory for webhooks and says what they have to give up for it.
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
