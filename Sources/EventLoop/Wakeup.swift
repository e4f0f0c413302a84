internal import CLibuv
internal import Synchronization

/// Lets another thread make the loop call back.
///
/// Several wakes before the loop gets to it are one callback: what happened stands in a queue of the caller's own.
public final class Wakeup: @unchecked Sendable {
    // `closing` guards the handle against wake() on another thread; everything else is used on the loop only.
    private let closing = Mutex(false)
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_async_t>
    private var onWake: () -> Void

    /// Makes a wakeup; `onWake` is called on the loop.
    public init(on loop: EventLoop, onWake: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.onWake = onWake
        handle = .allocate(capacity: 1)
        let status = uv_async_init(loop.raw, handle) { handle in
            Unmanaged<Wakeup>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onWake()
        }
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_async_init")
        }
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()  // balanced in close()
    }

    /// Makes the loop call `onWake` soon. May be called on any thread, also after ``close()``, when it does nothing.
    public func wake() {
        closing.withLock { isClosed in
            guard !isClosed else { return }
            uv_async_send(handle)
        }
    }

    /// Gives the wakeup up. Closing twice does nothing.
    public func close() {
        loop.preconditionInEventLoop()
        let wasClosed = closing.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed else { return }
        onWake = {}
        coguv_close(handle) { handle in
            let wakeup = Unmanaged<Wakeup>.fromOpaque(handle.pointee.data).takeRetainedValue()
            wakeup.loop.handlesClosed += 1
            wakeup.handle.deallocate()
        }
    }
}
