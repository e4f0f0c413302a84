import EventLoop
import HTTPServer
import Predictions
import Serving

/// A client that gets a prediction's terminal state as its answer.
final class AnswerFollower: Follower {
    private let run: RunID
    private let service: PredictionService
    private let exchange: Exchange
    private let busyStatus: Int
    private var timer: Timer?

    init(of run: RunID, _ service: PredictionService, on exchange: Exchange, busyStatus: Int) {
        self.run = run
        self.service = service
        self.exchange = exchange
        self.busyStatus = busyStatus
        // The exchange lets go of this when it is answered or its client has gone.
        exchange.onClientGone = clientGone
    }

    /// Answers with the state so far when `time` has passed.
    func wait(atMost time: Duration, on loop: EventLoop) {
        do throws(EventLoopError) {
            timer = try Timer(on: loop) { [weak self] in self?.patienceIsOver() }
            timer?.start(after: time)
        } catch {
            // Without a timer the answer comes at the end.
        }
    }

    var kind: FollowerKind { .answer }
    var seesOutput: Bool { false }

    func happened(_ event: RunEvent) {}

    func ended(_ end: RunEnd) {
        timer?.close()
        exchange.respond(end.waitedTooLong ? Answers.busy(status: busyStatus) : .json(end.body))
    }

    private func clientGone() {
        timer?.close()
        service.leave(run, self)
    }

    private func patienceIsOver() {
        timer?.close()
        guard let body = service.body(of: run) else { return }
        service.leave(run, self)
        exchange.respond(.json(body, status: 202))
    }
}

@available(*, unavailable)
extension AnswerFollower: Sendable {}
