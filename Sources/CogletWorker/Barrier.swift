import Glibc
import WorkerProtocol

/// Lets a Python thread wait until the server has handled what was printed. Output of a process that the thread starts
/// next comes through a pipe, which the server reads before frames that arrive at the same time.
///
/// Safe to share: `turn` lets one thread wait at a time, and `reached` guards itself.
final class Barrier: @unchecked Sendable {
    /// If the server doesn't read because a client is slow, the order of the output suffers, not the model's time.
    private static let limitSeconds = 1

    /// The number of the last barrier sent.
    private let turn = Lock(UInt32(0))
    /// The number of the last barrier that the server has reached.
    private let reached = Lock(UInt32(0))
    private let news = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(news, 0, 0)
    }

    deinit {
        sem_destroy(news)
        news.deallocate()
    }

    /// In a forked worker: discards the template's barriers.
    func startOver() {
        turn.startOver(with: 0)
        reached.startOver(with: 0)
        sem_init(news, 0, 0)
    }

    /// Returns when the server has handled what was printed, or after a second.
    func pass(_ outbox: FrameOutbox) {
        guard !Fork.isChild else { return }
        turn.withLock { token in
            guard outbox.sendBarrier(token &+ 1) else { return }
            token &+= 1
            var deadline = timespec()
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_sec += Self.limitSeconds
            while reached.withLock({ $0 }) != token {
                if sem_timedwait(news, &deadline) != 0, errno != EINTR { return }
            }
        }
    }

    /// Call this on the I/O thread when the server has reached a barrier.
    func reached(_ token: UInt32) {
        reached.withLock { $0 = token }
        sem_post(news)
    }
}
