import Glibc
import WorkerProtocol

/// Interrupts the synchronous call of the model that is running, and no other.
///
/// A call answers one prediction or a batch of them; a batch is interrupted when all of its predictions are canceled.
/// The signal makes a blocking call of the Python thread return at once; its handler in Python asks
/// ``isRequested(_:)`` before it raises, so that a signal which comes too late does nothing.
final class Cancellation: Sendable {
    /// Sent to the Python thread; a real-time signal, since models use SIGUSR1 and SIGUSR2 themselves.
    static var signal: Int32 { SIGRTMIN() + WorkerSignal.cancelAboveRealTimeMinimum }

    private struct State {
        var thread: pthread_t?
        /// The predictions that the running call answers.
        var running: [UInt32] = []
        /// Those that are to be canceled. The channels can overtake each other: some may not have begun, or have ended.
        var requested: [UInt32] = []
        /// A cancel has come that the model wasn't interrupted for. A second one raises again in a model that caught the first.
        var isPending = false
        var isSynchronous = false

        /// A cancel is remembered for a prediction that hasn't begun; the oldest are those that came too late.
        static let rememberedLimit = 2 * TokenList.limit

        var isWholeCallRequested: Bool { !running.isEmpty && running.allSatisfy(requested.contains) }

        mutating func began() {
            isSynchronous = true
            isPending = !requested.isEmpty && isWholeCallRequested
        }
    }

    private let state = Lock(State())

    /// Names the thread that runs predictions.
    func target(_ thread: pthread_t) {
        state.withLock { $0.thread = thread }
    }

    /// In a forked worker: the template has run nothing that could be canceled.
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

    /// The call that answers `token`, the first of its batch, is over: from here on it is not interrupted.
    func ended(_ token: UInt32) {
        state.withLock { state in
            guard state.running.first == token else { return }
            if !state.requested.isEmpty { state.requested.removeAll(where: state.running.contains) }
            state.running.removeAll(keepingCapacity: true)
            state.isPending = false
        }
    }

    /// Asks for a cancel. False if calls aren't made one at a time: then Python deals with it. Before the first call nobody
    /// knows, so the cancel is kept here as well.
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

    /// Whether the running call, which answers `token` first, is to be interrupted; says so once for each cancel.
    func isRequested(_ token: UInt32) -> Bool {
        state.withLock {
            guard $0.isPending, $0.running.first == token else { return false }
            $0.isPending = false
            return true
        }
    }

    /// Whether this prediction of the running call is to be canceled.
    func isCanceled(_ token: UInt32) -> Bool {
        state.withLock { $0.requested.contains(token) }
    }
}

private func SIGRTMIN() -> Int32 { __libc_current_sigrtmin() }
