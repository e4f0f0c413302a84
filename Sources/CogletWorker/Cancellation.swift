import Glibc
import Synchronization

/// Interrupts the synchronous prediction that is running, and no other.
///
/// The signal makes a blocking call of the Python thread return at once; its handler in Python asks
/// ``isRequested(_:)`` before it raises, so that a signal which comes too late does nothing.
final class Cancellation: Sendable {
    /// Sent to the Python thread; a real-time signal, since models use SIGUSR1 and SIGUSR2 themselves.
    static var signal: Int32 { SIGRTMIN() + 5 }

    private struct State {
        var thread: pthread_t?
        var running: UInt32 = 0
        /// Counts, so that a second cancel raises again in a model that caught the first.
        var requested: UInt32 = 0
        var isSynchronous = false
    }

    private let state = Mutex(State())

    /// Names the thread that runs predictions.
    func target(_ thread: pthread_t) {
        state.withLock { $0.thread = thread }
    }

    /// A synchronous prediction begins.
    func began(_ token: UInt32) {
        state.withLock {
            $0.isSynchronous = true
            $0.running = token
        }
    }

    /// It is over: from here on it is not interrupted.
    func ended(_ token: UInt32) {
        state.withLock {
            if $0.running == token { $0.running = 0 }
        }
    }

    /// Asks for a cancel. False if predictions aren't run one at a time: then Python deals with it.
    func request(_ token: UInt32) -> Bool {
        state.withLock {
            guard $0.isSynchronous else { return false }
            // Kept even when the prediction hasn't begun: the two channels can overtake each other.
            $0.requested = token
            if $0.running == token, let thread = $0.thread { pthread_kill(thread, Self.signal) }
            return true
        }
    }

    /// Whether the running prediction is to be canceled; says so once for each cancel.
    func isRequested(_ token: UInt32) -> Bool {
        state.withLock {
            guard $0.requested == token, token != 0 else { return false }
            $0.requested = 0
            return true
        }
    }
}

private func SIGRTMIN() -> Int32 { __libc_current_sigrtmin() }
