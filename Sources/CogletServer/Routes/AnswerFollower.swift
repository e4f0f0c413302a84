import EventLoop
import HTTPServer
import Predictions
import Serving

/// A client that gets a prediction's terminal state as its answer.
final class AnswerFollower: Follower {
    private let run: RunID
    private let service: PredictionService
    private let exchange: Exchange
    private let form: AnswerForm
    private let context: AnswerContext
    private var timer: Timer?

    init(
        of run: RunID, _ service: PredictionService, on exchange: Exchange, _ form: AnswerForm, _ context: AnswerContext
    ) {
        self.run = run
        self.service = service
        self.exchange = exchange
        self.form = form
        self.context = context
        // The exchange lets go of this when it is answered or its client has gone.
        exchange.onClientGone = clientGone
    }

    /// Answers with the state so far when `time` has passed.
    func wait(atMost time: Duration) {
        do throws(EventLoopError) {
            timer = try Timer(on: context.loop) { [weak self] in self?.patienceIsOver() }
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
        if end.waitedTooLong {
            exchange.respond(Answers.busy(status: context.busyStatus))
        } else if let raw = form.raw, end.isSingleFile, let file = RawFile(in: end.body), raw.wants(file.type) {
            file.answer(on: context.loop, memory: context.memory) { [exchange, form] answer in
                exchange.respond(answer ?? form.result(end))
            }
        } else {
            exchange.respond(form.result(end))
        }
    }

    private func clientGone() {
        timer?.close()
        service.leave(run, self)
    }

    private func patienceIsOver() {
        timer?.close()
        guard let body = service.body(of: run) else { return }
        service.leave(run, self)
        exchange.respond(form.running(body))
    }
}

/// What answers need of the server.
struct AnswerContext {
    let loop: EventLoop
    let memory: MemoryAccount
    /// The status of a refusal because no slot is free.
    let busyStatus: Int
}

@available(*, unavailable)
extension AnswerFollower: Sendable {}
