import CPythonBridge
import Glibc
import WorkerProtocol

/// Predictions as they arrive on the work channel; used by the Python thread alone.
///
/// Safe to share: only the interpreter's main thread calls it.
final class Inbox: @unchecked Sendable {
    private let descriptor: Int32
    private let cancellation: Cancellation
    private let shared: SharedMemory
    private var frames = FrameBuffer()
    private var strings: [cogpy_bytes] = []
    private var escaped: [UInt8] = []

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
            let flags = wait ? 0 : Int32(MSG_DONTWAIT)
            let count = recv(descriptor, space.baseAddress, space.count, flags)
            if count > 0 {
                frames.received(count)
            } else if count < 0, errno == EAGAIN {
                return COGPY_AGAIN.outcome
            } else if count < 0, errno == EINTR {
                return COGPY_INTERRUPTED.outcome
            } else {
                return COGPY_END.outcome
            }
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
