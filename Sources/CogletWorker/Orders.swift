import CPythonBridge
import Glibc
import WorkerProtocol

/// The server's orders to a template, which only forks workers. Each order brings the descriptors of one worker.
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
    /// - Returns: `COGPY_END`, `COGPY_REQUEST`, or `COGPY_INTERRUPTED`.
    func next(into text: UnsafeMutablePointer<cogpy_bytes>) -> Int32 {
        while true {
            do {
                while let frame = try frames.next() {
                    guard frame.header.kind == .fork else { continue }  // The server sends a template no other kind.
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

    /// In the template: reports to the server which process was forked, or `-errno` if forking failed.
    func carriedOut(_ process: Int32) {
        let text = Array("\(process)".utf8)
        let bytes = FrameHeader(.forked, token: token, contentBytes: text.count).bytes + text
        // The message is a few bytes long, and the server has read all earlier ones, so there is room.
        bytes.withUnsafeBytes { _ = send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        for descriptor in passed { close(descriptor) }
        passed = []
    }

    /// In the forked worker: moves the descriptors that came with the order to the numbers that a worker expects.
    func takeDescriptors() {
        let first = Int32(1)
        // Duplicate them out of the way first: if the model has closed some, the new ones may occupy each other's
        // numbers.
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
