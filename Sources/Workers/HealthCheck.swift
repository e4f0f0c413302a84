internal import EventLoop
internal import Predictions
internal import WorkerProtocol

/// Runs the model's own health check on every worker. Only one check runs at a time; callers that come during it share
/// its result.
///
/// The model is healthy if all answers are good. A worker that dies before it answers is replaced, and says nothing
/// about the others. Bound to the loop.
final class HealthCheck {
    private let loop: EventLoop
    private var callers: [(String?) -> Void] = []
    private var awaited: Set<WorkerID> = []
    /// A worker has given a good answer.
    private var isAnswered = false
    private var token: UInt32 = 0
    private var timer: Timer?
    private var pacing = CheckPacing()

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Like ``ask(_:_:)``, but accepts the result of a check that began recently.
    func askForProbe(_ workers: [Worker], _ completion: @escaping (String?) -> Void) {
        if let known = pacing.current(at: Clock.monotonic) {
            completion(known.problem)
        } else {
            ask(workers, completion)
        }
    }

    /// Asks for the model's health; `completion` gets nil if it is healthy, otherwise the problem.
    func ask(_ workers: [Worker], _ completion: @escaping (String?) -> Void) {
        callers.append(completion)
        guard callers.count == 1 else { return }
        guard !workers.isEmpty else {
            tell("Healthcheck error: the worker is gone")
            return
        }
        token &+= 1
        pacing.began(at: Clock.monotonic)
        awaited = Set(workers.map(\.id))
        isAnswered = false
        for worker in workers { worker.sendControl(.healthCheck, token: token) }
        do throws(EventLoopError) {
            // A check that takes longer counts as failed, even if the model is still working on it.
            let timer = try Timer(on: loop) { [weak self] in
                self?.tell("Healthcheck failed: user-defined healthcheck timed out after 5.0 seconds")
            }
            timer.start(after: WorkerTime.healthCheck)
            self.timer = timer
        } catch {
            tell("Healthcheck error: \(error)")
        }
    }

    /// A worker has answered; an answer after the time limit is ignored.
    func answered(_ worker: WorkerID, _ token: UInt32, _ problem: UnsafeRawBufferPointer) {
        guard token == self.token, awaited.remove(worker) != nil else { return }
        if !problem.isEmpty {
            tell(String(decoding: problem, as: UTF8.self))
        } else {
            isAnswered = true
            if awaited.isEmpty { tell(nil) }
        }
    }

    func workerDied(_ worker: WorkerID) {
        guard awaited.remove(worker) != nil, awaited.isEmpty else { return }
        tell(isAnswered ? nil : "Healthcheck error: the worker is gone")
    }

    private func tell(_ problem: String?) {
        timer?.close()
        timer = nil
        awaited = []
        pacing.ended(problem)
        let callbacks = callers
        callers = []
        for callback in callbacks { callback(problem) }
    }
}

@available(*, unavailable)
extension HealthCheck: Sendable {}
