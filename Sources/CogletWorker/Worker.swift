import CPythonBridge
import Glibc
import WorkerProtocol

/// The worker's parts, and its first thread, which serves the control channel.
///
/// Safe to share: each part guards itself with its own lock; the rest is set before the Python thread starts.
final class Worker: @unchecked Sendable {
    let inbox: Inbox
    let outbox: Outbox
    let cancellation = Cancellation()
    let controlQueue = ControlQueue()
    private let controlDescriptor = WorkerOptions.controlDescriptor

    init(options: WorkerOptions) {
        guard let shared = SharedMemory(mapping: WorkerOptions.sharedMemoryDescriptor) else {
            complain("can't map the shared memory: errno \(errno)")
            exit(71)
        }
        outbox = Outbox(descriptor: WorkerOptions.workDescriptor, shared: shared)
        inbox = Inbox(descriptor: WorkerOptions.workDescriptor, cancellation: cancellation, shared: shared)
        Fork.leaveServerToParent()
    }

    /// To be called on the Python thread before Python starts.
    func pythonThreadStarted() {
        cancellation.target(pthread_self())
    }

    /// Sends the outcome of a health check; `problem` is empty when the model is healthy.
    func answerHealthCheck(_ token: UInt32, _ problem: UnsafeRawBufferPointer) {
        var bytes = FrameHeader(.health, token: token, contentBytes: problem.count).bytes
        bytes += problem
        // The control channel carries a few bytes a second: it is never full unless the server is stuck.
        bytes.withUnsafeBytes { _ = send(controlDescriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    // MARK: - The control channel

    /// Serves the control channel until the server is gone, then ends the process group.
    func serveControlChannel() -> Never {
        var frames = FrameBuffer()
        while true {
            var descriptors = [
                pollfd(fd: controlDescriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: outbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&descriptors, 2, -1)
            if descriptors[1].revents != 0 { outbox.flushLate() }
            if descriptors[0].revents != 0 { receiveControl(into: &frames) }
        }
    }

    private func receiveControl(into frames: inout FrameBuffer) {
        let space = frames.space()
        let count = recv(controlDescriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { serverIsGone() }
        frames.received(count)
        do {
            while let frame = try frames.next() { received(frame.header) }
        } catch {
            complain("\(error)")
            serverIsGone()
        }
    }

    private func received(_ header: FrameHeader) {
        switch header.kind {
        case .cancel:
            if !cancellation.request(header.token) { controlQueue.append(header) }
        case .healthCheck:
            controlQueue.append(header)
        default:
            break  // The server sends nothing else here.
        }
    }

    /// Without a server nobody waits for the model any more: it ends at once, with the processes it started.
    private func serverIsGone() -> Never {
        if getpgrp() == getpid() { kill(0, SIGKILL) }
        _exit(1)
    }
}
