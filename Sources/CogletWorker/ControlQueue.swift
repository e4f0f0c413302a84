import CPythonBridge
import Glibc
import Synchronization
import WorkerProtocol

/// Control messages on their way from the I/O thread to Python.
final class ControlQueue: Sendable {
    /// Readable while messages are here.
    var descriptor: Int32 { doorbell.descriptor }
    private let doorbell = Doorbell()
    /// The server asks for one health check at a time and cancels a prediction a few times at most.
    private static let limit = 65_536

    private let messages = Mutex<[cogpy_control]>([])

    func append(_ header: FrameHeader) {
        messages.withLock {
            guard $0.count < Self.limit else { return }
            $0.append(cogpy_control(kind: header.kind.rawValue, token: header.token))
            doorbell.ring()
        }
    }

    /// Takes the oldest message, waiting for one if `wait`.
    func take(wait: Bool, into message: UnsafeMutablePointer<cogpy_control>) -> Int32 {
        while true {
            guard !Fork.isChild else { return COGPY_END.outcome }
            let next: cogpy_control? = messages.withLock {
                guard let first = $0.first else {
                    doorbell.silence()
                    return nil
                }
                $0.removeFirst()
                return first
            }
            if let next {
                message.pointee = next
                return COGPY_REQUEST.outcome
            }
            guard wait else { return COGPY_AGAIN.outcome }
            var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&readable, 1, -1)
        }
    }
}
