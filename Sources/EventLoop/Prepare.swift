internal import CLibuv

/// Calls back once a round, right before the loop waits for events: the place to do at once what a round has collected.
///
/// It does not keep the loop running.
public final class Prepare {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_prepare_t>
    private var onPrepare: () -> Void
    private var isClosed = false

    /// Starts to call `onPrepare`, on the loop.
    public init(on loop: EventLoop, onPrepare: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.onPrepare = onPrepare
        handle = .allocate(capacity: 1)
        let status = uv_prepare_init(loop.raw, handle)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_prepare_init")
        }
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()  // balanced in close()
        uv_prepare_start(handle) { handle in
            Unmanaged<Prepare>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onPrepare()
        }
        handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    /// Stops calling back. Closing twice does nothing.
    public func close() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        isClosed = true
        onPrepare = {}
        coguv_close(handle) { handle in
            let prepare = Unmanaged<Prepare>.fromOpaque(handle.pointee.data).takeRetainedValue()
            prepare.loop.handlesClosed += 1
            prepare.handle.deallocate()
        }
    }
}

@available(*, unavailable)
extension Prepare: Sendable {}
