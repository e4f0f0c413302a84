import CLinux
import EventLoop
import Glibc
import Predictions
import WorkerProtocol

/// What a ``WorkerProcess`` tells its owner, on the loop.
protocol WorkerProcessDelegate: AnyObject {
    /// A frame arrived; its content is borrowed.
    func worker(_ worker: WorkerProcess, sent frame: Frame)

    /// Descriptor 1 or 2 of the worker, or of a process it started, was written to.
    func worker(_ worker: WorkerProcess, wrote text: [UInt8], to source: LogSource)

    /// The worker has ended; nothing more comes from it.
    func workerEnded(_ worker: WorkerProcess, _ exit: Process.Exit)
}

/// One life of a worker: the process, its two channels, its output.
///
/// Bound to the loop. However the process ends, what it had to say is delivered first, then `workerEnded`, once.
final class WorkerProcess {
    unowned(unsafe) var delegate: (any WorkerProcessDelegate)?

    private let loop: EventLoop
    private let work: WorkerChannel
    private let control: WorkerChannel
    private let outputs: [OutputPipe]
    private var drainedReceipts = 0
    private let shared: SharedMemory
    private var process: Process?
    private var killTimer: Timer?
    private var isAskedToStop = false
    private var lastTaken: UInt32 = 0

    /// Starts a worker.
    ///
    /// - Throws: ``EventLoopError`` if the program can't be started or descriptors run out.
    init(
        on loop: EventLoop, executable: String, arguments: [String], delegate: any WorkerProcessDelegate
    ) throws(EventLoopError) {
        self.loop = loop
        self.delegate = delegate
        let workPair = try Self.socketPair()
        let controlPair = try Self.socketPair()
        work = try WorkerChannel(on: loop, descriptor: workPair.ours)
        control = try WorkerChannel(on: loop, descriptor: controlPair.ours)
        let memory = try Self.sharedMemory()
        guard let shared = SharedMemory(mapping: memory) else { throw .libuv(-errno, in: "mmap") }
        self.shared = shared
        let box = DelegateBox()
        outputs = [
            try OutputPipe(on: loop, source: .standardOutput) { box.worker?.wrote($1, to: $0) },
            try OutputPipe(on: loop, source: .standardError) { box.worker?.wrote($1, to: $0) },
        ]
        box.worker = self
        work.delegate = self
        control.delegate = self
        defer {
            for descriptor in [workPair.theirs, controlPair.theirs, memory] { Glibc.close(descriptor) }
            for output in outputs { output.closeWriteEnd() }
        }
        let options = Process.Options(
            executable: executable, arguments: arguments,
            // Descriptor 0 is /dev/null: a model that reads its input finds it empty.
            descriptors: [nil, outputs[0].writeEnd, outputs[1].writeEnd, workPair.theirs, controlPair.theirs, memory],
            startsSession: true)
        do throws(EventLoopError) {
            process = try Process(on: loop, options) { [self] exit in ended(exit) }
        } catch {
            closeAll()
            throw error
        }
    }

    /// The worker's process id.
    var id: Int32 { process?.id ?? 0 }

    // MARK: - Speaking to the worker

    /// Sends a prediction; see ``PredictFrame``.
    func send(_ parts: [UnsafeRawBufferPointer]) {
        work.send(parts)
    }

    /// Sends a message over the control channel.
    func sendControl(_ kind: FrameKind, token: UInt32) {
        FrameHeader(kind, token: token, contentBytes: 0).bytes.withUnsafeBytes { control.send([$0]) }
    }

    /// The oldest descriptor that came along with a frame; the caller owns it.
    func takeDescriptor() -> Int32? {
        work.takeDescriptor()
    }

    /// The content of the frame at hand; large content changes its owner instead of being copied.
    func takeContent(of frame: Frame) -> ChunkText {
        if let owner = work.detach(frame) {
            .large(OwnedBytes(frame.content, owner: owner))
        } else {
            .borrowed(frame.content)
        }
    }

    /// Delivers what was written to descriptors 1 and 2 before the frame at hand was sent.
    func drainOutputs() {
        // All frames of one receipt were sent before it, and so was the text that belongs to them: once is enough.
        guard drainedReceipts != work.receipts else { return }
        drainedReceipts = work.receipts
        for output in outputs { output.drain() }
    }

    /// Asks the worker to end, and kills it with all it started if it hasn't within `grace`.
    func stop(within grace: Duration) {
        guard !isAskedToStop, process?.isRunning == true else { return }
        isAskedToStop = true
        work.finishSending()
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [weak self] in self?.kill() }
            timer.start(after: grace)
            killTimer = timer
        } catch {
            kill()
        }
    }

    /// Ends the worker and all it started, at once.
    func kill() {
        process?.killGroup(SIGKILL)
    }

    // MARK: - The end

    /// Whether the model had been given the prediction with this token; known once the worker has ended.
    func hadTaken(_ token: UInt32) -> Bool {
        // Tokens are given in order, and start again after the last one.
        lastTaken != 0 && Int32(bitPattern: token &- lastTaken) <= 0
    }

    private func ended(_ exit: Process.Exit) {
        // In this order: what came through the socket, then frames that were not sent yet, then what was printed last.
        work.drain()
        let missed = shared.queued - max(0, work.receivedBytes - shared.sent)
        if missed > 0, missed <= shared.queued {
            work.deliver(leftOver: .init(start: shared.bytes + (shared.queued - missed), count: missed))
        }
        lastTaken = shared.taken
        for output in outputs { output.drain() }
        // Processes that the model started have lost their purpose, and hold the pipes open.
        process?.killGroup(SIGKILL)
        closeAll()
        process = nil
        delegate?.workerEnded(self, exit)
    }

    private func closeAll() {
        killTimer?.close()
        killTimer = nil
        work.close()
        control.close()
        for output in outputs { output.close() }
        shared.unmap()
    }

    private func wrote(_ text: [UInt8], to source: LogSource) {
        delegate?.worker(self, wrote: text, to: source)
    }

    // MARK: - Descriptors

    private static func socketPair() throws(EventLoopError) -> (ours: Int32, theirs: Int32) {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            throw .libuv(-errno, in: "socketpair")
        }
        for descriptor in pair { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        // Room for a batch of frames, so that the Python thread rarely waits for the server.
        var bytes: Int32 = 1 << 20
        for descriptor in pair {
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        return (pair[0], pair[1])
    }

    private static func sharedMemory() throws(EventLoopError) -> Int32 {
        let descriptor = memfd_create("coglet-worker", coglinux_memfd_close_on_exec)
        guard descriptor >= 0, ftruncate(descriptor, SharedMemory.totalBytes) == 0 else {
            throw .libuv(-errno, in: "memfd_create")
        }
        return descriptor
    }
}

extension WorkerProcess: WorkerChannelDelegate {
    func channel(_ channel: WorkerChannel, received frame: Frame) {
        delegate?.worker(self, sent: frame)
    }

    func channelEnded(_ channel: WorkerChannel, _ reason: String) {
        // A worker without a channel can do nothing more; usually it is about to end by itself.
        if !isAskedToStop { stop(within: .milliseconds(500)) }
    }
}

/// Breaks the circle between a worker and the closures that its parts are made with.
private final class DelegateBox {
    weak var worker: WorkerProcess?
}

@available(*, unavailable)
extension WorkerProcess: Sendable {}
