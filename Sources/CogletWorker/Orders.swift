import CPythonBridge
import Glibc
import WorkerProtocol

/// What the server asks of a template, which only forks workers. Each order brings the descriptors of one worker.
///
/// Safe to share: only the interpreter's main thread calls it.
final class Orders: @unchecked Sendable {
    private let descriptor: Int32
    private var frames = FrameBuffer()
    private var passed: [Int32] = []
    private var token: UInt32 = 0

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Waits for the next order. Its text is a JSON array of environment variables, borrowed until the next call.
    ///
    /// - Returns: one of `COGPY_END`, `COGPY_REQUEST`, `COGPY_INTERRUPTED`.
    func next(into text: UnsafeMutablePointer<cogpy_bytes>) -> Int32 {
        while true {
            do {
                while let frame = try frames.next() {
                    guard frame.header.kind == .fork else { continue }  // The server sends nothing else to a template.
                    token = frame.header.token
                    text.pointee = cogpy_bytes(base: frame.content.baseAddress, count: frame.content.count)
                    return COGPY_REQUEST.outcome
                }
            } catch {
                complain("\(error)")
                return COGPY_END.outcome
            }
            let count = receiveDescriptors(from: descriptor, into: frames.space(), &passed)
            if count < 0, errno == EINTR { return COGPY_INTERRUPTED.outcome }
            guard count > 0 else { return COGPY_END.outcome }
            frames.received(count)
        }
    }

    /// In the template: tells the server which process was forked, or with `-errno`, why none could be.
    func carriedOut(_ process: Int32) {
        let text = Array("\(process)".utf8)
        let bytes = FrameHeader(.forked, token: token, contentBytes: text.count).bytes + text
        // A few bytes, of which the server has read all earlier ones: there is room.
        bytes.withUnsafeBytes { _ = send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        for descriptor in passed { close(descriptor) }
        passed = []
    }

    /// In the forked worker: puts the descriptors that came with the order where a worker has them.
    func takeDescriptors() {
        let first = Int32(1)
        // Out of the way first: the model may have closed some, so that the new ones lie where others belong.
        let safe = passed.map { fcntl($0, F_DUPFD_CLOEXEC, first + Int32(passed.count)) }
        for descriptor in passed { close(descriptor) }
        passed = []
        for (index, descriptor) in safe.enumerated() {
            guard descriptor >= 0, dup2(descriptor, first + Int32(index)) >= 0 else {
                complain("can't take over the channels: errno \(errno)")
                _exit(71)
            }
            close(descriptor)
        }
    }
}
