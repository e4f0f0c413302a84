internal import EventLoop

/// Calls back once after a time, unless it is canceled before.
final class Delay {
    private var timer: Timer?

    /// Starts to wait; if no timer can be made, `then` is called in this call.
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

    /// Never calls back from now on.
    func cancel() {
        timer?.close()
        timer = nil
    }
}
