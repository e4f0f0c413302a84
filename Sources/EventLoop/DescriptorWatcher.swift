internal import CLibuv

/// Reports when a descriptor can be read or written, for code that does its own system calls on it.
///
/// It closes when its owner releases it. The descriptor becomes non-blocking and must stay open until then; the watcher
/// doesn't close it. Don't watch the descriptor of a ``Stream``.
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
        /// The peer has finished sending; unread bytes may remain.
        public static let disconnected = Events(rawValue: Int32(UV_DISCONNECT.rawValue))
    }

    /// The watched descriptor.
    public let descriptor: Int32
    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private var onEvents: (Result<Events, EventLoopError>) -> Void
    private var isClosed = false

    /// Makes a watcher that isn't started yet. `onEvents` is called on the loop.
    ///
    /// Fails only if the descriptor is unusable (`EBADF`); other problems show when it is read or written.
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

    /// Starts to watch for `events`, replacing those watched before.
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

    /// Closes the watcher: no callback comes after this, and the descriptor may be closed immediately.
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
