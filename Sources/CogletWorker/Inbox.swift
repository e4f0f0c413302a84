import CPythonBridge
import Glibc
import WorkerProtocol

/// Predictions as they arrive on the work channel; used only by the Python thread.
///
/// Safe to share: only the interpreter's main thread calls it.
final class Inbox: @unchecked Sendable {
    private let descriptor: Int32
    private let cancellation: Cancellation
    private let shared: SharedMemory
    private var frames = FrameBuffer()
    private var polling: Polling
    /// Whether the last read emptied the socket and the caller hasn't been told yet that nothing is left.
    private var isEmptied = false

    init(descriptor: Int32, cancellation: Cancellation, shared: SharedMemory, isPollingAllowed: Bool) {
        polling = Polling(isAllowed: isPollingAllowed)
        self.descriptor = descriptor
        self.shared = shared
        self.cancellation = cancellation
    }

    /// Takes the next prediction. With `COGPY_WAIT` in `how`, the caller makes one call of the model at a time, and a
    /// cancel can interrupt it; without it, the caller makes many and learns of cancels from the ``ControlQueue``. With
    /// `COGPY_GATHER`, the model begins predictions when their batch comes instead of one by one. With `COGPY_POLL`,
    /// this looks for the next prediction as long as ``Polling`` says.
    ///
    /// - Returns: `COGPY_END`, `COGPY_REQUEST`, `COGPY_BATCH`, `COGPY_AGAIN`, or `COGPY_INTERRUPTED`.
    func receive(_ how: Int32, into request: UnsafeMutablePointer<cogpy_request>) -> Int32 {
        guard !Fork.isChild else { return COGPY_END.outcome }
        let wait = how & COGPY_WAIT.outcome != 0
        while true {
            do {
                if let frame = try frames.next() {
                    switch frame.header.kind {
                    case .predict:
                        guard fill(request, from: frame) else { continue }
                        if how & COGPY_GATHER.outcome == 0 { began(frame.header.token, interruptibly: wait) }
                        return COGPY_REQUEST.outcome
                    case .batch:
                        guard let tokens = TokenList(reading: frame.content) else { continue }
                        began(tokens, interruptibly: wait)
                        request.pointee.text = cogpy_bytes(base: frame.content.baseAddress, count: frame.content.count)
                        return COGPY_BATCH.outcome
                    default:
                        continue  // The server sends no other kind here.
                    }
                }
            } catch {
                complain("\(error)")
                return COGPY_END.outcome
            }
            let count = read(into: frames.space(), how)
            if count > 0 {
                frames.received(count)
            } else if count < 0, errno == EAGAIN {
                // Signals that arrived while the thread was awake are handled before it sleeps.
                return wait ? COGPY_INTERRUPTED.outcome : COGPY_AGAIN.outcome
            } else if count < 0, errno == EINTR {
                return COGPY_INTERRUPTED.outcome
            } else {
                return COGPY_END.outcome
            }
        }
    }

    /// Reads what is available. Returns -1 with `EAGAIN` in `errno` if nothing is.
    private func read(into space: UnsafeMutableRawBufferPointer, _ how: Int32) -> Int {
        let wait = how & COGPY_WAIT.outcome != 0
        guard wait || how & COGPY_POLL.outcome != 0 else {
            // The caller returns when the socket is readable again; asking right after a short read would be wasted.
            guard !isEmptied else {
                isEmptied = false
                errno = EAGAIN
                return -1
            }
            let count = recv(descriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                isEmptied = count < space.count
                polling.arrived(at: monotonicNanoseconds())
            }
            return count
        }
        isEmptied = false
        let count: Int
        if let end = polling.becameIdle(at: monotonicNanoseconds()) {
            count = poll(into: space, until: end)
        } else if wait {
            count = recv(descriptor, space.baseAddress, space.count, 0)
        } else {
            errno = EAGAIN
            return -1
        }
        if count > 0 { polling.arrived(at: monotonicNanoseconds()) }
        return count
    }

    /// Records that the model begins a prediction. If the worker dies after this, the server must not simply give the
    /// prediction to another worker.
    private func began(_ token: UInt32, interruptibly: Bool) {
        shared.taken = token
        if interruptibly { cancellation.began(token) }
    }

    private func began(_ batch: TokenList, interruptibly: Bool) {
        shared.taken = batch[batch.count - 1]
        if interruptibly { cancellation.began(batch) }
    }

    /// Receives without sleeping, and yields the processor to other threads in between. Returns -1 with `EAGAIN` in
    /// `errno` if nothing has come.
    private func poll(into space: UnsafeMutableRawBufferPointer, until end: UInt64) -> Int {
        while true {
            let count = recv(descriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
            let before = monotonicNanoseconds()
            if count >= 0 || errno != EAGAIN { return count }
            guard before < end else {
                polling.timedOut()
                errno = EAGAIN
                return -1
            }
            sched_yield()
            guard polling.yielded(from: before, to: monotonicNanoseconds()) else {
                errno = EAGAIN
                return -1
            }
        }
    }

    private func fill(_ request: UnsafeMutablePointer<cogpy_request>, from frame: Frame) -> Bool {
        guard let predict = PredictFrame(reading: frame.content) else { return false }
        request.pointee.token = frame.header.token
        request.pointee.meta = cogpy_bytes(base: predict.meta.baseAddress, count: predict.meta.count)
        request.pointee.text = cogpy_bytes(base: predict.text.baseAddress, count: predict.text.count)
        return true
    }
}
