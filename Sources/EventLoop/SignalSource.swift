internal import CLibuv

/// Calls back on the loop when the process receives a signal, instead of the signal's default action.
public final class SignalSource {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_signal_t>
    private var onSignal: () -> Void
    private var isClosed = false

    /// Starts to listen for `signal` (`SIGTERM`, …); `onSignal` is called on the loop, once for several that came at once.
    public init(on loop: EventLoop, signal: Int32, onSignal: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.onSignal = onSignal
        handle = .allocate(capacity: 1)
        let status = uv_signal_init(loop.raw, handle)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_signal_init")
        }
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()  // balanced in close()
        let startStatus = uv_signal_start(
            handle,
            { handle, _ in
                Unmanaged<SignalSource>.fromOpaque(handle!.pointee.data).takeUnretainedValue().onSignal()
            }, signal)
        guard startStatus == 0 else {
            close()
            throw .libuv(startStatus, in: "uv_signal_start")
        }
    }

    /// Lets the loop end although this source is still open.
    public func unreference() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    /// Restores the signal's default action (once no other source listens for it). Closing twice does nothing.
    public func close() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        isClosed = true
        onSignal = {}
        coguv_close(handle) { handle in
            let source = Unmanaged<SignalSource>.fromOpaque(handle.pointee.data).takeRetainedValue()
            source.loop.handlesClosed += 1
            source.handle.deallocate()
        }
    }
}

@available(*, unavailable)
extension SignalSource: Sendable {}
