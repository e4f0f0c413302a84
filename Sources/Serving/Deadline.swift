internal import EventLoop
internal import Workers

/// The one timer behind all deadlines of the scheduler.
final class Deadline {
    /// Called when the time is here.
    var onPassed: (() -> Void)?

    private let loop: EventLoop
    private var timer: Timer?
    private var armedFor: Duration?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Sets when to call; nil for never.
    func set(_ deadline: Duration?) {
        // The usual case without limits; and a timer that is set already.
        guard deadline != armedFor else { return }
        armedFor = deadline
        guard let deadline else {
            timer?.stop()
            return
        }
        do throws(EventLoopError) {
            if timer == nil { timer = try Timer(on: loop) { [weak self] in self?.fired() } }
            timer?.start(after: max(.zero, deadline - Clock.monotonic))
        } catch {
            // Making a timer allocates memory and nothing else.
            preconditionFailure("no timer: \(error)")
        }
    }

    private func fired() {
        armedFor = nil
        onPassed?()
    }
}

@available(*, unavailable)
extension Deadline: Sendable {}
