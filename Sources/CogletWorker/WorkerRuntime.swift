import CPythonBridge
import Glibc
import WorkerProtocol

/// The worker's parts, and its first thread, which serves the control channel.
///
/// Safe to share: each part has its own lock; the rest is set while the process has one thread.
final class WorkerRuntime: @unchecked Sendable {
    let inbox: Inbox
    let outbox: FrameOutbox
    let cancellation = Cancellation()
    let controlQueue = ControlQueue()
    let barrier = Barrier()
    /// The server's orders, if the worker is a template.
    let orders = Orders(descriptor: WorkerDescriptors.work)
    private let controlDescriptor = WorkerDescriptors.control
    /// The worker's own folder, made by the server. Kept here because the model may change the variable.
    private var temporaryFolder = getenv("TMPDIR").map { String(cString: $0) }

    init(options: WorkerOptions) {
        // Before the model's libraries register theirs.
        cogpy_watch_forks()
        guard let shared = SharedMemory(mapping: WorkerDescriptors.sharedMemory) else {
            complain("can't map the shared memory: errno \(errno)")
            exit(71)
        }
        outbox = FrameOutbox(descriptor: WorkerDescriptors.work, shared: shared)
        inbox = Inbox(
            descriptor: WorkerDescriptors.work, cancellation: cancellation, shared: shared,
            isPollingAllowed: getenv(WorkerVariable.polling).map { String(cString: $0) } != "0")
        Fork.leaveServerToParent()
    }

    /// Call this on the Python thread before Python starts.
    func pythonThreadStarted() {
        cancellation.target(pthread_self())
    }

    /// In a worker that the template has just forked: takes over the channels that came with the order, and starts the
    /// thread that serves the control channel.
    func adopt() {
        orders.takeDescriptors()
        outbox.startOver(sharing: WorkerDescriptors.sharedMemory)
        controlQueue.startOver()
        barrier.startOver()
        cancellation.startOver()
        setsid()
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil, { Unmanaged<WorkerRuntime>.fromOpaque($0!).takeUnretainedValue().serveControlChannel() },
            Unmanaged.passUnretained(self).toOpaque())
        guard status == 0 else {
            complain("can't start a thread: errno \(status)")
            _exit(71)
        }
    }

    /// In a forked worker: sets the folder for its temporary files.
    func moved(to temporaryFolder: String) {
        self.temporaryFolder = temporaryFolder
    }

    /// Python has ended and the process is about to. Doesn't return if the server is gone, which Python may notice
    /// first.
    func pythonEnded() {
        outbox.flush(nil)
        var byte: UInt8 = 0
        if recv(controlDescriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0 { serverIsGone() }
    }

    /// Sends the result of a health check; `problem` is empty if the model is healthy.
    func answerHealthCheck(_ token: UInt32, _ problem: UnsafeRawBufferPointer) {
        var bytes = FrameHeader(.health, token: token, contentBytes: problem.count).bytes
        bytes += problem
        // The control channel carries a few bytes per second, so it is never full unless the server is stuck.
        bytes.withUnsafeBytes { _ = send(controlDescriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    // MARK: - The control channel

    /// Serves the control channel until the server is gone, then ends the process group.
    func serveControlChannel() -> Never {
        leaveSignalsToPython()
        var frames = FrameBuffer()
        while true {
            var descriptors = [
                pollfd(fd: controlDescriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: outbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, outbox.lateFlushMilliseconds)
            if count == 0 { outbox.flushLate() }
            if descriptors[1].revents != 0 { outbox.rung() }
            if descriptors[0].revents != 0 { receiveControl(into: &frames) }
        }
    }

    /// Leaves signals to the Python thread: Python's handlers run only if a signal interrupts that thread.
    private func leaveSignalsToPython() {
        var signals = sigset_t()
        sigfillset(&signals)
        // Signals that a thread's own errors cause.
        for own in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS] { sigdelset(&signals, own) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
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
        case .barrierReached:
            barrier.reached(header.token)
        default:
            break  // The server sends no other kind here.
        }
    }

    /// Without a server, nobody waits for the model any more: it ends immediately, with the processes it started.
    private func serverIsGone() -> Never {
        // The server may still be there if the model has closed the channel.
        LastWordsWriter.tellChannelClosed()
        removeEmptyFolders()
        if getpgrp() == getpid() { kill(0, SIGKILL) }
        _exit(1)
    }

    /// Removes the worker's folder and then the server's, if they are empty, so they needn't wait for the next server.
    private func removeEmptyFolders() {
        guard let temporaryFolder, rmdir(temporaryFolder) == 0, let slash = temporaryFolder.lastIndex(of: "/") else {
            return
        }
        rmdir(String(temporaryFolder[..<slash]))
    }
}
