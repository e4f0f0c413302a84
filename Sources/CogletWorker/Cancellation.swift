import Glibc
import WorkerProtocol

/// Interrupts the synchronous call of the model that is running, and no other call.
///
/// A call answers one prediction or a batch; a batch is interrupted when all of its predictions are canceled. The
/// signal makes a blocking call of the Python thread return immediately. Its handler in Python asks ``isRequested(_:)``
/// before it raises, so a signal that comes too late does nothing.
final class Cancellation: Sendable {
    /// The signal sent to the Python thread; a real-time signal, because models use SIGUSR1 and SIGUSR2 themselves.
    static var signal: Int32 { SIGRTMIN() + WorkerSignal.cancelAboveRealTimeMinimum }

    private struct State {
        var thread: pthread_t?
        /// The predictions that the running call answers.
        var running: [UInt32] = []
        /// The predictions to cancel. The channels can overtake each other, so some may not have begun or may have
        /// ended.
        var requested: [UInt32] = []
        /// A cancel has come for which the model wasn't interrupted. A second cancel raises again in a model that
        /// caught the first.
        var isPending = false
        var isSynchronous = false

        /// How many cancels are kept for predictions that haven't begun; the oldest are those that came too late.
        static let rememberedLimit = 2 * TokenList.limit

        var isWholeCallRequested: Bool { !running.isEmpty && running.allSatisfy(requested.contains) }

        mutating func began() {
            isSynchronous = true
            isPending = !requested.isEmpty && isWholeCallRequested
        }
    }

    private let state = Lock(State())

    /// Sets the thread that runs predictions.
    func target(_ thread: pthread_t) {
        state.withLock { $0.thread = thread }
    }

    /// In a forked worker: the template ran nothing that could be canceled.
    func startOver() {
        var fresh = State()
        fresh.thread = pthread_self()
        state.startOver(with: fresh)
    }

    /// A call that answers one prediction begins.
    func began(_ token: UInt32) {
        state.withLock {
            $0.running.removeAll(keepingCapacity: true)
            $0.running.append(token)
            $0.began()
        }
    }

    /// A call that answers a batch begins.
    func began(_ batch: TokenList) {
        state.withLock {
            $0.running.removeAll(keepingCapacity: true)
            for index in 0..<batch.count { $0.running.append(batch[index]) }
            $0.began()
        }
    }

    /// The call that answers `token`, the first of its batch, is over and must not be interrupted any more.
    func ended(_ token: UInt32) {
        state.withLock { state in
            guard state.running.first == token else { return }
            if !state.requested.isEmpty { state.requested.removeAll(where: state.running.contains) }
            state.running.removeAll(keepingCapacity: true)
            state.isPending = false
        }
    }

    /// Requests a cancel. False if calls don't run one at a time; then Python handles it. Before the first call that
    /// isn't known, so the cancel is also kept here.
    func request(_ token: UInt32) -> Bool {
        state.withLock {
            if !$0.requested.contains(token) { $0.requested.append(token) }
            if $0.requested.count > State.rememberedLimit { $0.requested.removeFirst() }
            if $0.running.contains(token), $0.isWholeCallRequested, let thread = $0.thread {
                $0.isPending = true
                pthread_kill(thread, Self.signal)
            }
            return $0.isSynchronous
        }
    }

    /// Whether to interrupt the running call, which answers `token` first; true once per cancel.
    func isRequested(_ token: UInt32) -> Bool {
        state.withLock {
            guard $0.isPending, $0.running.first == token else { return false }
            $0.isPending = false
            return true
        }
    }

    /// Whether to cancel this prediction of the running call.
    func isCanceled(_ token: UInt32) -> Bool {
        state.withLock { $0.requested.contains(token) }
    }
}

private func SIGRTMIN() -> Int32 { __libc_current_sigrtmin() }
