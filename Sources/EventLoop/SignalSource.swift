internal import CLibuv
internal import Glibc

/// Calls back on the loop when the process receives a signal, replacing the signal's default action.
///
/// It closes when its owner releases it.
public final class SignalSource {
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_signal_t>
    private var onSignal: () -> Void
    private var isClosed = false

    /// Starts to listen for `signal` (`SIGTERM`, …). `onSignal` is called on the loop, once for several signals that
    /// arrive together.
    public init(on loop: EventLoop, signal: Int32, onSignal: @escaping () -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let handle = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
        let status = uv_signal_init(loop.raw, handle)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_signal_init")
        }
        self.loop = loop
        self.handle = handle
        self.onSignal = onSignal
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
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

    deinit {
        close()
    }

    /// Whether the process ignores `signal`; a program inherits this from its parent.
    public static func isIgnored(_ signal: Int32) -> Bool {
        var current = sigaction()
        guard sigaction(signal, nil, &current) == 0 else { return false }
        // Function pointers can't be compared, so compare their addresses.
        let handler = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
        return handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Lets the loop end while this source is open.
    public func unreference() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
    }

    /// Restores the signal's default action, unless another source listens for it. Closing twice does nothing.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        onSignal = {}
        loop.letGo(handle)
    }
}

@available(*, unavailable)
extension SignalSource: Sendable {}
