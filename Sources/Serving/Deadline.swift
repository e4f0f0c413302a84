internal import EventLoop
internal import Workers

/// The single timer for all deadlines of the scheduler.
final class Deadline {
    /// Called when the deadline has passed.
    var onPassed: (() -> Void)?

    private let loop: EventLoop
    private var timer: Timer?
    private var armedFor: Duration?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Sets the deadline; nil for never.
    func set(_ deadline: Duration?) {
        // The usual cases: no limits, or a timer that is already set.
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
