import CPythonBridge
import Glibc
import WorkerProtocol

/// Control messages that the I/O thread passes to Python.
final class ControlQueue: Sendable {
    /// Readable while there are messages.
    var descriptor: Int32 { doorbell.descriptor }
    private let doorbell = Doorbell()
    private let messages = Lock<[cogpy_control]>([])

    /// Adds a message, unless an identical one is still waiting for Python.
    ///
    /// The queue therefore never drops anything, yet holds no more than one cancel for each running prediction and one
    /// health check, however often clients ask.
    func append(_ header: FrameHeader) {
        let message = cogpy_control(kind: header.kind.rawValue, token: header.token)
        messages.withLock {
            if header.kind == .healthCheck {
                // The server no longer waits for the answer to an earlier one.
                $0.removeAll { $0.kind == message.kind }
            } else if $0.contains(where: { $0.kind == message.kind && $0.token == message.token }) {
                return
            }
            $0.append(message)
            doorbell.ring()
        }
    }

    /// In a forked worker: starts with an empty queue.
    func startOver() {
        doorbell.renew()
        messages.startOver(with: [])
    }

    /// Takes the oldest message; waits for one if `wait`.
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
