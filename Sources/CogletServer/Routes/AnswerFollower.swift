import EventLoop
import HTTPServer
import Predictions
import Serving

/// A client that gets a prediction's terminal state as its response.
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
        // The exchange releases this when it is answered or its client is gone.
        exchange.onClientGone = clientGone
    }

    /// Responds with the current state after `time`.
    func wait(atMost time: Duration) {
        do throws(EventLoopError) {
            timer = try Timer(on: context.loop) { [weak self] in self?.patienceIsOver() }
            timer?.start(after: time)
        } catch {
            // Without a timer, the response comes at the end.
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

/// What responses need from the server.
struct AnswerContext {
    let loop: EventLoop
    let memory: MemoryAccount
    /// The status of a refusal because no slot is free.
    let busyStatus: Int
}

@available(*, unavailable)
extension AnswerFollower: Sendable {}
