import CPythonBridge
import Glibc
import WorkerProtocol

/// Predictions as they arrive on the work channel; used by the Python thread alone.
///
/// Safe to share: only the interpreter's main thread calls it.
final class Inbox: @unchecked Sendable {
    /// How long the next prediction is looked for before the thread sleeps. Waking a thread that sleeps on another
    /// processor costs more time than a small prediction takes.
    private static let pollNanoseconds: UInt64 = 200_000

    private let descriptor: Int32
    private let cancellation: Cancellation
    private let shared: SharedMemory
    private var frames = FrameBuffer()
    private var strings: [cogpy_bytes] = []
    private var escaped: [UInt8] = []
    /// The last prediction came within that time: the next one may do so too.
    private var comesSoon = false

    init(descriptor: Int32, cancellation: Cancellation, shared: SharedMemory) {
        self.descriptor = descriptor
        self.shared = shared
        self.cancellation = cancellation
    }

    /// Takes the next prediction. With `wait` the caller runs one prediction at a time and can be interrupted by a
    /// cancel; without, it runs many and learns of cancels from the ``ControlQueue``.
    ///
    /// - Returns: one of `COGPY_END`, `COGPY_REQUEST`, `COGPY_AGAIN`, `COGPY_INTERRUPTED`.
    func receive(wait: Bool, into request: UnsafeMutablePointer<cogpy_request>) -> Int32 {
        guard !Fork.isChild else { return COGPY_END.outcome }
        let start = wait ? monotonicNanoseconds() : 0
        while true {
            do {
                if let frame = try frames.next() {
                    guard frame.header.kind == .predict, fill(request, from: frame) else { continue }
                    // A worker that dies from here on has begun it: the server must not give it to another one.
                    shared.taken = frame.header.token
                    if wait { cancellation.began(frame.header.token) }
                    return COGPY_REQUEST.outcome
                }
            } catch {
                complain("\(error)")
                return COGPY_END.outcome
            }
            let space = frames.space()
            let count: Int
            if wait, comesSoon {
                count = poll(into: space, until: start + Self.pollNanoseconds)
            } else {
                count = recv(descriptor, space.baseAddress, space.count, wait ? 0 : Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                frames.received(count)
                if wait { comesSoon = monotonicNanoseconds() - start < Self.pollNanoseconds }
            } else if count < 0, errno == EAGAIN {
                guard wait else { return COGPY_AGAIN.outcome }
                // Signals that came while nothing slept are handled before something does.
                comesSoon = false
                return COGPY_INTERRUPTED.outcome
            } else if count < 0, errno == EINTR {
                return COGPY_INTERRUPTED.outcome
            } else {
                return COGPY_END.outcome
            }
        }
    }

    /// Receives without sleeping, and lets other threads have the processor in between. -1 with `EAGAIN` in `errno` when
    /// the time is over.
    private func poll(into space: UnsafeMutableRawBufferPointer, until end: UInt64) -> Int {
        while true {
            let count = recv(descriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
            if count >= 0 || errno != EAGAIN || monotonicNanoseconds() >= end { return count }
            sched_yield()
        }
    }

    private func fill(_ request: UnsafeMutablePointer<cogpy_request>, from frame: Frame) -> Bool {
        guard let predict = PredictFrame(reading: frame.content) else { return false }
        strings.removeAll(keepingCapacity: true)
        escaped.removeAll(keepingCapacity: true)
        for string in predict.strings {
            strings.append(cogpy_bytes(base: string.bytes.baseAddress, count: string.bytes.count))
            escaped.append(string.isEscaped ? 1 : 0)
        }
        request.pointee.token = frame.header.token
        request.pointee.meta = cogpy_bytes(base: predict.meta.baseAddress, count: predict.meta.count)
        request.pointee.text = cogpy_bytes(base: predict.text.baseAddress, count: predict.text.count)
        request.pointee.string_count = strings.count
        // The arrays don't change before the next call, and their storage lives in this object.
        request.pointee.strings = strings.withUnsafeBufferPointer { $0.baseAddress }
        request.pointee.escaped = escaped.withUnsafeBufferPointer { $0.baseAddress }
        return true
    }
}
