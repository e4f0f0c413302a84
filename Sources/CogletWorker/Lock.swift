import Glibc

/// A mutex and the value that it guards; both keep working in a forked process.
///
/// `Synchronization.Mutex` remembers its thread's kernel id, which a fork changes: a forked worker would trap the first
/// time it had to wait. glibc updates the id.
final class Lock<Value>: @unchecked Sendable {
    private let handle = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        pthread_mutex_init(handle, nil)
    }

    deinit {
        pthread_mutex_destroy(handle)
        handle.deallocate()
    }

    /// Runs `body` with the lock held.
    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(handle)
        defer { pthread_mutex_unlock(handle) }
        return body(&value)
    }

    /// Runs `body` with the lock held; returns nil if another thread holds it.
    func withLockIfAvailable<Result>(_ body: (inout Value) -> Result) -> Result? {
        guard pthread_mutex_trylock(handle) == 0 else { return nil }
        defer { pthread_mutex_unlock(handle) }
        return body(&value)
    }

    /// In a forked process, while it has one thread: reinitializes the lock, because a thread that held it doesn't
    /// exist here.
    func startOver(with value: Value) {
        pthread_mutex_init(handle, nil)
        self.value = value
    }
}
