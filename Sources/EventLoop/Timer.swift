internal import CLibuv

/// Calls back once after a delay, or repeatedly.
///
/// It closes when its owner releases it.
public final class Timer {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var onFire: () -> Void
    private var isClosed = false

    /// Makes a timer that isn't started yet. `onFire` is called on the loop.
    public init(on loop: EventLoop, onFire: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let handle = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
        let status = uv_timer_init(loop.raw, handle)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_timer_init")
        }
        self.loop = loop
        self.handle = handle
        self.onFire = onFire
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close()
    }

    /// Whether the timer is set to fire.
    public var isActive: Bool {
        !isClosed && uv_timer_get_due_in(handle) > 0
    }

    /// Fires `after` from now (``EventLoop/now``), then every `repeating` if given. Replaces any earlier setting.
    public func start(after: Duration, repeating: Duration? = nil) {
        loop.preconditionInEventLoop()
        precondition(!isClosed, "a closed timer cannot be started")
        // libuv takes a repeat of 0 to mean "once".
        let period = repeating.map { max(1, $0.millisecondsRoundedUp) } ?? 0
        uv_timer_start(
            handle,
            { handle in
                Unmanaged<Timer>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onFire()
            },
            after.millisecondsRoundedUp, period)
    }

    /// Keeps the timer from firing until it is started again.
    public func stop() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        uv_timer_stop(handle)
    }

    /// Closes the timer; it never fires again. Closing twice does nothing.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        onFire = {}
        loop.letGo(handle)
    }
}

@available(*, unavailable)
extension Timer: Sendable {}
