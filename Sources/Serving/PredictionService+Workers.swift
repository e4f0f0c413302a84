internal import EventLoop
internal import Predictions
internal import Telemetry
public import Workers
internal import WorkerProtocol

/// The handling of the workers' reports.
extension PredictionService: WorkerPoolDelegate {
    /// A worker reported something, or something happened to it.
    public func worker(_ worker: WorkerID, _ event: WorkerEvent) {
        switch event {
        case .output(let id, let chunk):
            if let run = runs[id] { produced(chunk, run) }
        case .finished(let id, let finish):
            if let run = runs[id] { finished(finish, run) }
        case .printed(let id, let text, let source): printed(text, id.flatMap { runs[$0] }, source)
        case .outputFile(let id, let name, let descriptor):
            if let run = runs[id] { produced(descriptor, named: name, run) }
        case .timed(let id, let report): runs[id]?.span?.reported(report)
        case .metric(let id, let mode, let name, let value):
            guard let run = runs[id] else { return }
            run.prediction.recorded(mode, name, value)
            run.tell(.metric) { $0.recorded(mode: mode, name: name, value: value) }
        case .ready(let slots, let batching):
            perform(scheduler.workerReady(worker, slots: slots, batching: batching, at: Clock.monotonic))
        case .batchFailed(let ids, let error, let traceback): batchFailed(ids, error: error, traceback: traceback)
        case .due: perform(scheduler.workerRetiring(worker))
        case .ending: scheduler.workerEnding(worker)
        case .ended(let begun, let certificate):
            perform(
                scheduler.workerDied(worker, begun: begun, at: Clock.monotonic),
                because: Cause(certificate: certificate))
        }
    }

    /// This many workers serve or will serve again.
    public func poolExpects(_ workers: Int) {
        perform(scheduler.workersExpected(workers))
        log.workersChanged(isReady: pool.condition == .ready)
    }

    /// Every worker has ended for good.
    public func poolStopped() {
        closing.onStopped?()
    }

    /// A message for the operator.
    public func poolNoted(_ notice: Notice) {
        log.noted(notice)
    }

    // MARK: - Predictions

    func printed(_ text: UnsafeRawBufferPointer, _ run: Run?, _ source: LogSource) {
        guard let run else {
            log.modelPrinted(text)
            return
        }
        run.prediction.logged(text)
        run.tell(.logs) { $0.logged(text, source: source == .standardOutput ? "stdout" : "stderr") }
        if log.showsPredictions { log.predictionPrinted(text, run.prediction.id, source) }
    }

    private func produced(_ chunk: ChunkText, _ run: Run) {
        if run.prediction.produced(chunk) { announce(chunk, run) }
    }

    /// Reports a chunk that was added to the output.
    func announce(_ chunk: ChunkText, _ run: Run) {
        if !run.timing.hasOutput { firstOutput(of: run, at: Clock.monotonic) }
        showing(run)
        run.tell(.output) { history in chunk.withUnsafeBytes { history.produced($0) } }
    }

    /// The first part of a prediction's output is here.
    func firstOutput(of run: Run, at now: Duration) {
        run.timing.hasOutput = true
        metrics.hasOutput(after: run.timing.slotTakenAt.map { now - $0 } ?? .zero, of: run.timing.trace)
    }

    private func finished(_ finish: WorkerEvent.Finish, _ run: Run) {
        run.span?.returned(at: Clock.wall.nanoseconds)
        let ending: Ending
        switch finish {
        case .canceled: ending = .canceled
        case .failed(let error): ending = .failed(error)
        case .succeeded(let whole?, isList: false) where run.isFollowed:
            // Followers of the prediction get the output as a chunk before the end.
            produced(whole, run)
            ending = .succeeded(whole: nil, isList: false)
        case .succeeded(let whole, let isList): ending = .succeeded(whole: whole, isList: isList)
        }
        perform(run.stage.modelEnded(ending, awaitsFiles: run.prediction.isAwaitingChunks), for: run)
        if case .uploading = run.stage { perform(scheduler.modelFinished(run.id, at: Clock.monotonic)) }
    }
}
