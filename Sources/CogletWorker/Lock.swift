import Glibc

/// A mutex and what it guards, which stay right in a forked process.
///
/// `Synchronization.Mutex` remembers its thread's kernel id, which a fork changes: the first time that a forked worker had to
/// wait for one, it would trap. glibc renews the id.
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

    /// Runs `body` with the lock taken.
    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(handle)
        defer { pthread_mutex_unlock(handle) }
        return body(&value)
    }

    /// Runs `body` with the lock taken; nil if another thread has it.
    func withLockIfAvailable<Result>(_ body: (inout Value) -> Result) -> Result? {
        guard pthread_mutex_trylock(handle) == 0 else { return nil }
        defer { pthread_mutex_unlock(handle) }
        return body(&value)
    }

    /// In a forked process, while it has one thread: whoever had the lock taken is not here to release it.
    func startOver(with value: Value) {
        pthread_mutex_init(handle, nil)
        self.value = value
    }
}
