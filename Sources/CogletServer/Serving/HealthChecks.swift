import EventLoop
import Predictions
import WorkerProtocol

/// Asks the model's own health check, one check at a time: whoever comes while one runs shares its result.
///
/// Bound to the loop.
final class HealthChecks {
    /// A check that takes longer counts as failed; the model may still be at it.
    static let timeout = Duration.seconds(5)

    private let loop: EventLoop
    private unowned let supervisor: Supervisor
    private var waiting: [(String?) -> Void] = []
    private var token: UInt32 = 0
    private var timer: Timer?

    init(on loop: EventLoop, supervisor: Supervisor) {
        self.loop = loop
        self.supervisor = supervisor
    }

    /// Asks for the model's health; `completion` gets nil when it is healthy, else what is wrong.
    func ask(_ completion: @escaping (String?) -> Void) {
        waiting.append(completion)
        guard waiting.count == 1 else { return }
        guard let worker = supervisor.worker else {
            tell("Healthcheck error: the worker is gone")
            return
        }
        token &+= 1
        worker.sendControl(.healthCheck, token: token)
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [unowned self] in
                tell("Healthcheck failed: user-defined healthcheck timed out after 5.0 seconds")
            }
            timer.start(after: Self.timeout)
            self.timer = timer
        } catch {
            tell("Healthcheck error: \(error)")
        }
    }

    /// The model has answered; an answer that comes after the time is of no interest.
    func answered(_ token: UInt32, _ problem: UnsafeRawBufferPointer) {
        guard token == self.token, !waiting.isEmpty else { return }
        tell(problem.isEmpty ? nil : String(decoding: problem, as: UTF8.self))
    }

    func workerDied() {
        if !waiting.isEmpty { tell("Healthcheck error: the worker is gone") }
    }

    private func tell(_ problem: String?) {
        timer?.close()
        timer = nil
        let callbacks = waiting
        waiting = []
        for callback in callbacks { callback(problem) }
    }
}

@available(*, unavailable)
extension HealthChecks: Sendable {}
