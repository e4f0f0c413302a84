internal import EventLoop
internal import Glibc
internal import Predictions
internal import WorkerProtocol

/// What a ``Worker`` reports to its owner, on the loop.
protocol WorkerDelegate: AnyObject {
    /// A frame of the setup or of the control channel arrived; its content is borrowed.
    func worker(_ worker: Worker, sent frame: Frame)

    /// The worker reported on a prediction.
    func worker(_ worker: Worker, said event: WorkerEvent)

    /// Text was written by the model, or to descriptor 1 or 2 by the worker or a process it started. `run` is the
    /// prediction that the text belongs to, if known.
    func worker(_ worker: Worker, wrote text: UnsafeRawBufferPointer, of run: RunID?, to source: LogSource)

    /// Something that the worker sent is ignored for this reason.
    func worker(_ worker: Worker, complained text: String)

    /// The worker can't be reached any more.
    func workerLost(_ worker: Worker, _ reason: String)

    /// The worker did what no worker does: its messages are ignored from now on, and it must be killed.
    func workerMisbehaved(_ worker: Worker, _ fault: WorkerFault)

    /// The worker has ended and sends nothing more. It had begun these predictions.
    func workerEnded(_ worker: Worker, _ evidence: DeathCertificate.Evidence, begun: Set<RunID>)
}

/// One life of a worker: the process, its two channels, its output, and the predictions that it was sent.
///
/// Bound to the loop. However the process ends, everything it sent is delivered first, then `workerEnded` is called
/// once.
final class Worker {
    let id: WorkerID
    /// Receives the worker's events; retained until the worker's end.
    var delegate: (any WorkerDelegate)?
    /// The unfinished predictions that the worker was sent.
    var inFlight = InFlight()

    let work: Channel
    private let control: Channel
    private let outputs: [OutputPipe]
    private let memory: WorkerMemory
    private var check: FrameCheck
    var witness = Witness()
    private var drainedReceipts = 0
    var process = WorkerProcess.none

    /// Makes the process of a worker with these descriptors 0, 1, 2, …, and reports its end. The descriptors are closed
    /// here afterwards.
    typealias Start = (
        _ descriptors: [Int32?], _ onExit: @escaping (Process.Exit) -> Void
    ) throws(EventLoopError) -> Process?

    /// Starts a worker.
    ///
    /// - Throws: ``EventLoopError`` if the program can't be started or there are no descriptors left; nothing stays
    ///   open then.
    convenience init(
        _ id: WorkerID, on loop: EventLoop, _ launch: WorkerLaunch, delegate: any WorkerDelegate
    ) throws(EventLoopError) {
        try self.init(
            id, on: loop, delegate: delegate, mayBecomeTemplate: launch.isTemplate
        ) { (descriptors, onExit) throws(EventLoopError) in
            let options = Process.Options(
                executable: launch.executable, arguments: launch.arguments, changedEnvironment: launch.environment,
                descriptors: descriptors, startsSession: true)
            return try Process(on: loop, options, onExit: onExit)
        }
    }

    /// Makes the server's side of a worker, and has `start` make the other side. A worker that a template forks has no
    /// process yet; the one of a fuzzer never has.
    init(
        _ id: WorkerID, on loop: EventLoop, delegate: any WorkerDelegate, mayBecomeTemplate: Bool = false, start: Start
    ) throws(EventLoopError) {
        self.id = id
        self.delegate = delegate
        check = FrameCheck(mayBecomeTemplate: mayBecomeTemplate)
        let workPair = try SocketPair()
        let controlPair = try SocketPair()
        let theirs = (work: workPair.theirs.raw, control: controlPair.theirs.raw)
        work = try Channel(on: loop, descriptor: workPair.ours)
        control = try Channel(on: loop, descriptor: controlPair.ours)
        memory = try WorkerMemory()
        let box = DelegateBox()
        outputs = [
            try OutputPipe(on: loop, source: .standardOutput) { box.worker?.wrote($1, to: $0) },
            try OutputPipe(on: loop, source: .standardError) { box.worker?.wrote($1, to: $0) },
        ]
        box.worker = self
        work.delegate = self
        control.delegate = self
        defer {
            for output in outputs { output.closeWriteEnd() }
        }
        let descriptors = WorkerDescriptors.table(
            output: outputs[0].writeEnd.raw, error: outputs[1].writeEnd.raw, work: theirs.work,
            control: theirs.control, memory: memory.descriptor.raw)
        if let process = try start(descriptors, { [self] exit in ended(exit) }) {
            witness.started(process, on: loop)
            self.process = .running(process)
        }
    }

    /// The worker's process id.
    var processID: Int32 { process.child?.id ?? 0 }

    // MARK: - Speaking to the worker

    /// Sends a prediction; false if the worker can't take any more predictions.
    func send(_ request: PredictionParts, for run: RunID) -> Bool {
        guard let token = inFlight.sent(run) else { return false }
        let prefix = PredictFrame.prefix(
            token: token, metaBytes: request.meta.count, textBytes: request.text.reduce(0) { $0 + $1.count })
        prefix.withUnsafeBytes { prefix in
            work.send([prefix, request.meta] + request.text, copied: 2, keeping: request.owner)
        }
        return true
    }

    /// Has one call of the model answer the `count` predictions that were sent last.
    func beginBatch(_ count: Int) {
        let tokens = inFlight.batched(count)
        guard !tokens.isEmpty else { return }
        TokenList.frame(tokens).withUnsafeBytes { work.send([$0]) }
    }

    /// Asks the model to stop a prediction.
    func interrupt(_ run: RunID) {
        if let token = inFlight.token(of: run) { sendControl(.cancel, token: token) }
    }

    /// Sends a message over the control channel.
    func sendControl(_ kind: FrameKind, token: UInt32) {
        FrameHeader(kind, token: token, contentBytes: 0).bytes.withUnsafeBytes { control.send([$0]) }
    }

    /// Tells the worker that everything it sent before this barrier has been handled.
    func reached(barrier token: UInt32) {
        // A worker waits for one at a time. If it asks without ever reading, it gets no answer, so nothing accumulates
        // here.
        if !control.hasBacklog { sendControl(.barrierReached, token: token) }
    }

    /// Tells the worker that nothing more will be sent, so that it ends in an orderly way.
    func finish() {
        work.finishSending()
    }

    /// Immediately kills the worker and everything it started.
    func kill() {
        witness.wasKilled = true
        process.kill()
    }

    // MARK: - Hearing from the worker

    /// Delivers what was written to descriptors 1 and 2 before the current frame was sent.
    func drainOutputs() {
        // All frames of one receipt were sent before it, and so was the text that belongs to them: once is enough.
        guard drainedReceipts != work.receipts, !work.isOlderThanReport else { return }
        drainedReceipts = work.receipts
        OutputPipe.drainReadable(outputs)
    }

    /// The content of the current frame; large content changes its owner instead of being copied.
    func content(of frame: Frame) -> ChunkText {
        if let owner = work.detach(frame) {
            .large(OwnedBytes(frame.content, owner: owner))
        } else {
            .borrowed(frame.content)
        }
    }

    /// The descriptor of the current output file; nil if this process had reached its limit of open files.
    func takeDescriptor() -> PassedDescriptor? {
        work.takeDescriptor()
    }

    /// Stops reading predictions until ``resume()``; the worker waits once the channel is full.
    func pause() {
        work.pause()
    }

    /// Resumes after ``pause()``.
    func resume() {
        work.resume()
    }

    /// The worker sent or did something invalid.
    func refuse(_ fault: WorkerFault) {
        guard witness.fault == nil else { return }
        witness.fault = fault
        work.mute()
        control.mute()
        delegate?.workerMisbehaved(self, fault)
    }

    private func wrote(_ text: [UInt8], to source: LogSource) {
        // Text from C code and child processes doesn't say which prediction it belongs to; if only one is running, that
        // one is meant.
        let owners = inFlight.ownersOfText
        text.withUnsafeBytes { text in
            if owners.isEmpty { printed(text, of: nil, to: source) }
            for run in owners { printed(text, of: run, to: source) }
        }
    }

    /// Text was written that belongs to `run`, or to no prediction.
    func printed(_ text: UnsafeRawBufferPointer, of run: RunID?, to source: LogSource) {
        witness.output.printed(text, of: run)
        delegate?.worker(self, wrote: text, of: run, to: source)
    }

    // MARK: - The end

    func ended(_ exit: Process.Exit) {
        // In this order: what came through the socket, then frames that weren't sent yet, then what was printed last.
        work.drain()
        let lastBegun = hearLeftOvers()
        for output in outputs { output.drain() }
        // Processes that the model started have lost their purpose, and keep the pipes open.
        process.kill()
        closeAll()
        process = .none
        // The reports of a faulty worker are worthless, so assume that it had begun all predictions.
        let begun = inFlight.begun(upTo: witness.fault == nil ? lastBegun : .max)
        delegate?.workerEnded(self, witness.evidence(exit, lastWords: memory.lastWords()), begun: begun)
        delegate = nil
    }

    /// Delivers what the worker left in the shared memory; returns the token of the last prediction that it had begun.
    private func hearLeftOvers() -> UInt32 {
        do throws(SharedSnapshot.Fault) {
            let snapshot = try memory.snapshot()
            guard snapshot.taken <= inFlight.lastToken else { throw .counter("taken", Int(snapshot.taken)) }
            if witness.fault == nil {
                work.deliver(leftOver: try snapshot.framesMissing(afterReceiving: work.receivedBytes))
            }
            return max(snapshot.taken, check.newestHeard)
        } catch {
            refuse(.sharedMemory(error))
            return .max
        }
    }

    func closeAll() {
        witness.close()
        work.close()
        control.close()
        for output in outputs { output.close() }
    }
}

extension Worker: ChannelDelegate {
    func channel(_ channel: Channel, received frame: Frame) {
        do throws(WorkerFault) {
            let isHeard = try check.hears(
                frame.header, frame.content, on: channel === work ? .work : .control, inFlight)
            if isHeard { try received(frame) }
        } catch {
            refuse(error)
        }
    }

    func channel(_ channel: Channel, found fault: WorkerFault) {
        refuse(fault)
    }

    func channelEnded(_ channel: Channel, _ reason: String) {
        // The loop may see the end of one socket before the last frames on the other, such as the reason for a failed
        // setup.
        if channel === control { work.drain() }
        // A worker without a channel can do nothing more; usually it is about to end by itself.
        delegate?.workerLost(self, reason)
    }
}

/// Breaks the reference cycle between a worker and its parts' closures.
private final class DelegateBox {
    weak var worker: Worker?
}

@available(*, unavailable)
extension Worker: Sendable {}
