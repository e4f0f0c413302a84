internal import EventLoop

/// Calls back once after a delay, unless it is canceled first.
final class Delay {
    private var timer: Timer?

    /// Starts to wait. If no timer can be made, calls `then` immediately.
    init(_ duration: Duration, on loop: EventLoop, then: @escaping () -> Void) {
        do throws(EventLoopError) {
            timer = try Timer(on: loop) { [weak self] in
                self?.cancel()
                then()
            }
            timer?.start(after: duration)
        } catch {
            then()
        }
    }

    /// Prevents the callback.
    func cancel() {
        timer?.close()
        timer = nil
    }
}
