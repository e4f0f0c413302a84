internal import CLibuv
internal import Glibc

/// What a ``Stream`` reports to its owner, on the loop.
public protocol StreamDelegate: AnyObject {
    /// Asks for the buffer for the next bytes. An empty buffer stops reading: ``streamFailed`` follows.
    func streamNeedsBuffer(_ stream: Stream) -> UnsafeMutableRawBufferPointer

    /// `count` bytes were written to the start of the last buffer provided.
    func stream(_ stream: Stream, received count: Int)

    /// The peer has finished sending but can still receive. Reading has stopped.
    func streamEnded(_ stream: Stream)

    /// Reading or writing failed, which ends the connection in both directions: nothing more is read or sent.
    func streamFailed(_ stream: Stream, _ error: EventLoopError)

    /// Everything queued by ``Stream/write(_:keeping:)`` has been passed to the kernel.
    func streamDrained(_ stream: Stream)
}

/// A run of bytes to send, in the kernel's layout.
public struct WriteVector {
    /// The first byte.
    public var base: UnsafeRawPointer?
    /// The number of bytes.
    public var count: Int

    /// Describes `bytes` without copying them.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        base = bytes.baseAddress
        count = bytes.count
    }
}

@available(*, unavailable)
extension WriteVector: Sendable {}

/// A connected stream socket: ``TCPStream`` or ``PipeStream``.
///
/// It closes when its owner releases it. It doesn't retain its delegate, which must own the stream or close it before
/// going away.
public class Stream {
    /// Receives the stream's events.
    public final unowned(unsafe) var delegate: (any StreamDelegate)?

    /// The loop the stream is bound to.
    public final let loop: EventLoop
    final let handle: UnsafeMutablePointer<uv_stream_t>
    /// Whether ``close()`` was called.
    public final private(set) var isClosed = false
    /// Whether a read or a write has failed; nothing more is sent then.
    public final private(set) var hasFailed = false
    /// The total number of bytes that had to be queued. Minus ``pendingBytes``, it shows whether the peer accepts any.
    public final private(set) var queuedBytes = 0
    /// Whether the stream is reading.
    public final private(set) var isReading = false

    /// Takes over the memory of a handle that `initialize` turns into a libuv handle.
    init(
        on loop: EventLoop, handle: UnsafeMutablePointer<uv_stream_t>, in function: String,
        initialize: (UnsafeMutablePointer<uv_stream_t>) -> Int32
    ) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        let status = initialize(handle)
        guard status == 0 else {
            free(handle)
            throw .libuv(status, in: function)
        }
        self.loop = loop
        self.handle = handle
        loop.handlesMade += 1
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close()
    }

    // MARK: - Reading

    /// Starts reading into the buffers that the delegate provides.
    public final func startReading() throws(EventLoopError) {
        loop.preconditionInEventLoop()
        guard !isReading, !isClosed, !hasFailed else { return }
        let status = uv_read_start(
            handle,
            { handle, _, buffer in
                let object = Unmanaged<Stream>.fromOpaque(handle!.pointee.data)
                let memory = object._withUnsafeGuaranteedRef { $0.delegate?.streamNeedsBuffer($0) }
                buffer!.pointee.base = memory?.baseAddress?.assumingMemoryBound(to: CChar.self)
                buffer!.pointee.len = memory?.count ?? 0
            },
            { handle, count, _ in
                // Retained for the call, because the delegate may close and release the stream.
                Unmanaged<Stream>.fromOpaque(handle!.pointee.data).takeUnretainedValue().readReturned(count)
            })
        guard status == 0 else { throw .libuv(status, in: "uv_read_start") }
        isReading = true
    }

    /// Stops reading until started again; the kernel holds what the peer sends.
    public final func stopReading() {
        loop.preconditionInEventLoop()
        guard isReading, !isClosed else { return }
        isReading = false
        uv_read_stop(handle)
    }

    private func readReturned(_ count: Int) {
        if count > 0 {
            delegate?.stream(self, received: count)
        } else if count == Int(UV_EOF.rawValue) {
            isReading = false
            delegate?.streamEnded(self)
        } else if count < 0 {
            isReading = false
            fail(.libuv(Int32(count), in: "read"))
        }
    }

    // MARK: - Writing

    /// The number of bytes queued in this process because the peer doesn't accept them yet.
    public final var pendingBytes: Int {
        isClosed ? 0 : uv_stream_get_write_queue_size(handle)
    }

    /// Sends the bytes of `vectors` in order: immediately as far as the kernel accepts them, the rest when it can.
    ///
    /// The memory must stay unchanged while the object that `keeping` returns is alive. `keeping` is only called if
    /// bytes are left over; the stream retains the object until they are sent. A closed or failed stream sends nothing.
    /// A failure is reported to the delegate, before this returns if it is noticed here.
    public final func write(_ vectors: UnsafeMutableBufferPointer<WriteVector>, keeping owner: () -> AnyObject?) {
        loop.preconditionInEventLoop()
        guard !isClosed, !hasFailed, let first = vectors.baseAddress else { return }
        // The same members in the same order: on Unix, uv_buf_t is laid out like struct iovec.
        first.withMemoryRebound(to: uv_buf_t.self, capacity: vectors.count) { parts in
            let taken = uv_try_write(handle, parts, UInt32(vectors.count))
            guard taken >= 0 || taken == UV_EAGAIN.rawValue else {
                fail(.libuv(taken, in: "write"))
                return
            }
            var left = max(0, Int(taken))
            var index = 0
            while index < vectors.count, left >= parts[index].len {
                left -= parts[index].len
                index += 1
            }
            guard index < vectors.count else { return }
            parts[index].base += left
            parts[index].len -= left
            queue(parts + index, count: vectors.count - index, owner: owner())
        }
    }

    /// Sends one run of bytes; see ``write(_:keeping:)``.
    public final func write(_ bytes: UnsafeRawBufferPointer, keeping owner: () -> AnyObject?) {
        guard !bytes.isEmpty else { return }
        var vector = WriteVector(bytes)
        withUnsafeMutablePointer(to: &vector) {
            write(UnsafeMutableBufferPointer(start: $0, count: 1), keeping: owner)
        }
    }

    /// Sends a buffer, which must not change until it has been sent.
    public final func write(_ buffer: Buffer) {
        write(buffer.bytes, keeping: { buffer })
    }

    /// Sends `bytes`, copying them only if they can't be sent immediately.
    public final func write(_ bytes: [UInt8]) {
        let buffer = Buffer(bytes)
        write(buffer)
    }

    private func queue(_ parts: UnsafeMutablePointer<uv_buf_t>, count: Int, owner: AnyObject?) {
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(PendingWrite(stream: self, owner: owner)).toOpaque()
        let status = uv_write(request, handle, parts, UInt32(count)) { request, status in
            let write = Unmanaged<PendingWrite>.fromOpaque(request!.pointee.data).takeRetainedValue()
            request!.deallocate()
            write.stream.writeReturned(status)
        }
        guard status != 0 else {
            queuedBytes += (0..<count).reduce(0) { $0 + parts[$1].len }
            return
        }
        Unmanaged<PendingWrite>.fromOpaque(request.pointee.data).release()
        request.deallocate()
        fail(.libuv(status, in: "uv_write"))
    }

    private func writeReturned(_ status: Int32) {
        guard !isClosed else { return }
        if status < 0 {
            fail(.libuv(status, in: "write"))
        } else if uv_stream_get_write_queue_size(handle) == 0 {
            delegate?.streamDrained(self)
        }
    }

    private func fail(_ error: EventLoopError) {
        guard !isClosed, !hasFailed else { return }
        stopReading()
        hasFailed = true
        delegate?.streamFailed(self, error)
    }

    // MARK: - Ending

    /// Finishes sending: the peer sees the end of the stream after everything written so far. Reading continues.
    public final func finishWriting() {
        loop.preconditionInEventLoop()
        guard !isClosed, !hasFailed else { return }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let status = uv_shutdown(request, handle) { request, _ in
            // A failure shows up when reading; there is nothing more to write.
            request!.deallocate()
        }
        if status != 0 {
            request.deallocate()
        }
    }

    /// Closes the socket and drops what is still queued; no callback follows. Closing twice does nothing.
    public final func close() {
        guard !isClosed else { return }
        loop.preconditionInEventLoop()
        isClosed = true
        isReading = false
        delegate = nil
        loop.letGo(handle)
    }

    /// The socket's descriptor while the stream is open; only for queries to the kernel.
    public final var descriptor: Int32? {
        guard !isClosed else { return nil }
        let descriptor = coguv_fileno(handle)
        return descriptor >= 0 ? descriptor : nil
    }
}

/// What a queued write retains until it is done.
private final class PendingWrite {
    let stream: Stream
    let owner: AnyObject?

    init(stream: Stream, owner: AnyObject?) {
        self.stream = stream
        self.owner = owner
    }
}

@available(*, unavailable)
extension Stream: Sendable {}
