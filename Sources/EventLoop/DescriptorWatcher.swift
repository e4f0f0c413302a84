internal import CLibuv

/// Tells when a descriptor can be read or written, for code that does its own system calls on it.
///
/// It closes when its owner lets go of it. The descriptor is made non-blocking and must stay open until then; it is not
/// closed here. Do not watch the descriptor of a ``Stream``.
public final class DescriptorWatcher {
    /// What a descriptor is ready for.
    public struct Events: OptionSet, Sendable {
        /// The libuv bits.
        public let rawValue: Int32

        /// Makes a set from the libuv bits.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// There are bytes to read, or the end of the stream.
        public static let readable = Events(rawValue: Int32(UV_READABLE.rawValue))
        /// There is room for bytes.
        public static let writable = Events(rawValue: Int32(UV_WRITABLE.rawValue))
        /// The peer has finished sending; bytes may still be there to read.
        public static let disconnected = Events(rawValue: Int32(UV_DISCONNECT.rawValue))
    }

    /// The descriptor that is watched.
    public let descriptor: Int32
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private var onEvents: (Result<Events, EventLoopError>) -> Void
    private var isClosed = false

    /// Makes a watcher that is not started yet; `onEvents` is called on the loop.
    ///
    /// A failure means that the descriptor is unusable (`EBADF`); reading or writing it says why in other cases.
    public init(
        on loop: EventLoop, descriptor: Int32, onEvents: @escaping (Result<Events, EventLoopError>) -> Void
    ) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        let status = uv_poll_init(loop.raw, handle, descriptor)
        guard status == 0 else {
            handle.deallocate()
            throw .libuv(status, in: "uv_poll_init")
        }
        self.loop = loop
        self.handle = handle
        self.descriptor = descriptor
        self.onEvents = onEvents
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close()
    }

    /// Watches for `events` from now on, in place of those watched before.
    public func start(_ events: Events) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        precondition(!isClosed, "a closed watcher cannot be started")
        let status = uv_poll_start(handle, events.rawValue) { handle, status, events in
            let watcher = Unmanaged<DescriptorWatcher>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
            let onEvents = watcher.onEvents
            if status < 0 {
                onEvents(.failure(.libuv(status, in: "uv_poll")))
            } else {
                onEvents(.success(Events(rawValue: events)))
            }
        }
        guard status == 0 else { throw .libuv(status, in: "uv_poll_start") }
    }

    /// Stops watching until started again.
    public func stop() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        uv_poll_stop(handle)
    }

    /// Gives the watcher up: no callback comes after this, and the descriptor may be closed at once.
    public func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        onEvents = { _ in }
        loop.letGo(handle)
    }
}

@available(*, unavailable)
extension DescriptorWatcher: Sendable {}
