internal import CLibuv
internal import Glibc

/// One thread's loop over sockets, timers, processes, and signals.
///
/// The loop belongs to the thread that makes it and moves to the thread that calls ``run()``. Every other type of this
/// module is bound to its loop: use it only on the loop's thread, unless its documentation says otherwise. A handle has
/// one owner and closes when the owner releases it; all handles must be closed before ``close()``.
public final class EventLoop {
    let raw: UnsafeMutablePointer<uv_loop_t>
    private var thread: pthread_t
    private var isClosed = false

    /// Process ids of running children started by ``Process``; code that reaps other children leaves these alone.
    var children: Set<Int32> = []
    /// Inherited children that this process waits for, by id.
    var adopted: [Int32: AdoptedProcess] = [:]
    /// The number of further children that are about to be inherited.
    var expectedAdoptions = 0

    /// Callbacks to run before the loop waits.
    var prepares: [Prepare.Registration] = []

    /// The number of handles made on this loop, for comparison with ``handlesClosed`` in tests.
    public internal(set) var handlesMade = 0
    /// The number of handles that libuv has released.
    public internal(set) var handlesClosed = 0

    /// Makes a loop that belongs to the calling thread.
    ///
    /// The process ignores `SIGPIPE` from then on: libuv's writes raise it when a peer is gone, and libuv relies on the
    /// failed write instead. Children get the default disposition back.
    public init() throws(EventLoopError) {
        signal(SIGPIPE, SIG_IGN)
        raw = .allocate(capacity: 1)
        thread = pthread_self()
        let status = uv_loop_init(raw)
        guard status == 0 else {
            raw.deallocate()
            throw .libuv(status, in: "uv_loop_init")
        }
    }

    deinit {
        // Every handle retains the loop, so none is left. A job on the thread pool may be; its loop must stay.
        guard isClosed || uv_loop_close(raw) == 0 else { return }
        raw.deallocate()
    }

    /// Runs callbacks until ``stop()`` is called or no active handle is left.
    public func run() {
        thread = pthread_self()
        uv_run(raw, UV_RUN_DEFAULT)
    }

    /// Runs the callbacks that are due now and returns; with `waiting`, waits for one event first.
    public func runOnce(waiting: Bool = false) {
        thread = pthread_self()
        uv_run(raw, waiting ? UV_RUN_ONCE : UV_RUN_NOWAIT)
    }

    /// Makes ``run()`` return after the callbacks of this round.
    public func stop() {
        preconditionInEventLoop()
        uv_stop(raw)
    }

    /// Frees the loop. Every handle on it must be closed; their last callbacks run here.
    public func close() {
        preconditionInEventLoop()
        guard !isClosed else { return }
        // A closed handle is only released in the next round.
        uv_run(raw, UV_RUN_NOWAIT)
        let status = uv_loop_close(raw)
        precondition(status == 0, "\(handlesMade - handlesClosed) handles are still open on a loop that is closed")
        isClosed = true
    }

    /// Passes the memory of an open handle to libuv, which frees it when it no longer refers to it. The handle gets no
    /// callback after this.
    func letGo<Handle>(_ handle: UnsafeMutablePointer<Handle>) {
        // Every libuv handle begins with the members of uv_handle_t.
        let base = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        base.pointee.data = Unmanaged.passRetained(self).toOpaque()  // balanced below
        coguv_close(base) { handle in
            let loop = Unmanaged<EventLoop>.fromOpaque(handle.pointee.data).takeRetainedValue()
            loop.handlesClosed += 1
            handle.deallocate()
        }
    }

    /// Monotonic time since an arbitrary fixed moment, read once per round of the loop; accurate to a millisecond.
    public var now: Duration {
        .milliseconds(nowMilliseconds)
    }

    /// ``now`` as the plain number that libuv keeps, for code that runs once per request.
    package var nowMilliseconds: Int {
        Int(truncatingIfNeeded: uv_now(raw))
    }

    /// Whether the calling thread is the loop's.
    public var inEventLoop: Bool {
        pthread_equal(thread, pthread_self()) != 0
    }

    /// Traps unless the calling thread is the loop's.
    @inline(__always)
    public func preconditionInEventLoop() {
        precondition(inEventLoop, "called on a thread that is not the event loop's")
    }
}

@available(*, unavailable)
extension EventLoop: Sendable {}

extension Duration {
    /// Whole milliseconds, rounded up so that nothing happens early; negative durations count as 0.
    package var millisecondsRoundedUp: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1_000 + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
