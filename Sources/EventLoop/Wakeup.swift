internal import CLibuv
internal import Glibc

/// Lets another thread make the loop call back.
///
/// It closes when its owner lets go of it. Several wakes before the loop gets to it are one callback: what happened stands in a queue of the caller's own.
public final class Wakeup: @unchecked Sendable {
    // `lock` guards `isClosed`, and so the handle, against wake() on another thread; everything else is used on the loop
    // only. It is a lock of the system because the thread sanitizer does not know that of the Synchronization module.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var isClosed = false
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_async_t>
    private var onWake: () -> Void

    /// Makes a wakeup; `onWake` is called on the loop.
    public init(on loop: EventLoop, onWake: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let handle = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
        let status = uv_async_init(loop.raw, handle) { handle in
            Unmanaged<Wakeup>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onWake()
        }
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_async_init")
        }
        self.loop = loop
        self.handle = handle
        self.onWake = onWake
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Makes the loop call `onWake` soon. May be called on any thread, also after ``close()``, when it does nothing.
    public func wake() {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard !isClosed else { return }
        uv_async_send(handle)
    }

    /// Gives the wakeup up. Closing twice does nothing.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_mutex_unlock(lock)
        onWake = {}
        loop.letGo(handle)
    }
}
