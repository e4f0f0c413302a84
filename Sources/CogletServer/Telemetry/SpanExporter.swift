import EventLoop
import OTLP
import Telemetry
import Workers

/// Sends spans to the collector, as ``SpanQueue`` decides. Nothing waits for it.
///
/// Bound to the loop.
final class SpanExporter {
    private let loop: EventLoop
    private let sender: OTLPSender
    private let resource: Resource
    private let log: Log
    private var queue: SpanQueue
    private var timer: Timer?
    private var onEmpty: (() -> Void)?

    init(on loop: EventLoop, _ sender: OTLPSender, _ queue: SpanQueue, _ resource: Resource, _ log: Log) {
        self.loop = loop
        self.sender = sender
        self.queue = queue
        self.resource = resource
        self.log = log
    }

    /// The numbers of spans that the collector has accepted and that were lost.
    var counts: (exported: Int, dropped: Int) { (queue.exportedCount, queue.droppedCount) }

    /// A span has ended.
    func ended(_ span: Span) {
        let before = queue.nextDeadline
        perform(queue.ended(span, at: Clock.monotonic))
        if queue.nextDeadline != before { setTimer() }
    }

    /// Sends what is left, and calls `completion` afterwards.
    func finish(completion: @escaping () -> Void) {
        onEmpty = completion
        perform(queue.ending())
        setTimer()
        tellIfEmpty()
    }

    /// Logs what was lost at the end.
    func close() {
        sender.close()
        if queue.droppedCount > 0 {
            log.warning(
                "coglet::telemetry", "Some spans have not reached the collector",
                ["spans": .raw("\(queue.droppedCount)")])
        }
    }

    private func perform(_ action: SpanQueue.Action) {
        guard case .send(let spans) = action else { return }
        let resource = resource
        loop.submit {
            TraceMessage.bytes(spans, of: resource)
        } then: { [self] message in
            sender.send(message) { [self] outcome in
                perform(queue.sent(outcome, at: Clock.monotonic))
                setTimer()
                tellIfEmpty()
            }
        }
    }

    private func tellIfEmpty() {
        guard queue.isEmpty, let onEmpty else { return }
        self.onEmpty = nil
        onEmpty()
    }

    private func setTimer() {
        guard let deadline = queue.nextDeadline else {
            timer?.stop()
            return
        }
        do throws(EventLoopError) {
            if timer == nil {
                timer = try Timer(on: loop) { [weak self] in
                    guard let self else { return }
                    perform(queue.deadlinePassed(at: Clock.monotonic))
                    setTimer()
                }
            }
            timer?.start(after: max(.zero, deadline - Clock.monotonic))
        } catch {
            log.error("coglet::telemetry", "no timer for spans: \(error)")
        }
    }
}

@available(*, unavailable)
extension SpanExporter: Sendable {}
