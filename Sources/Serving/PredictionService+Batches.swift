internal import EventLoop
internal import FileTransfer
internal import Predictions
internal import Telemetry
internal import WorkerProtocol
internal import Workers

/// Models whose method answers several predictions per call.
extension PredictionService {
    /// A prediction was accepted; it joins a batch once the files of its input are here.
    func prepare(_ run: Run, at now: Duration) {
        run.batched = Run.Batched()
        let step = run.stage.prepare(hasFiles: !run.transfers.inputs.isEmpty)
        if case .nothing = step {
            perform(scheduler.prepared(run.id, at: now))
        } else {
            perform(step, for: run)
        }
    }

    /// One call of a worker's model should answer these.
    func startBatch(_ ids: [RunID], on worker: WorkerID) {
        let now = Clock.monotonic
        let batch = ids.compactMap { runs[$0] }
        if let first = batch.map(\.timing.arrivedAt).min() { metrics.batchBegan(size: batch.count, after: now - first) }
        for run in batch { start(run, on: worker, at: now) }
        pool.beginBatch(batch.count, on: worker)
    }

    /// The call that was to answer the prediction failed, and it runs again. Nobody has seen its output so far.
    func startOver(_ id: RunID) {
        guard let run = runs[id] else { return }
        run.stage.slotLost()
        run.span?.returned("the call that answers several predictions failed", at: Clock.wall.nanoseconds)
        run.batched?.restarts += 1
        run.transfers.uploads?.cancel()
        run.transfers.uploads = nil
        run.prediction.startedOver()
        // Readers that come late see the events of the call that counts.
        run.history?.startedOver(id: run.prediction.id)
    }

    /// The prediction is canceled while the rest of its batch continues. Its resources are released when the model has
    /// ended it.
    func drop(_ id: RunID) {
        guard let run = runs[id], run.stage.canceledInBatch() else { return }
        tellEnd(run, .canceled, hasWaited: false, at: Clock.monotonic)
    }

    /// A call that was to answer these predictions has raised.
    func batchFailed(_ ids: [RunID], error: String, traceback: String) {
        log.batchFailed(ids.count, error: error, traceback: traceback)
        let actions = scheduler.batchFailed(ids, at: Clock.monotonic)
        perform(actions, because: Cause(error: error, traceback: Array(traceback.utf8)))
    }

    /// Some of a prediction's output is about to be sent. Once a client has it, the prediction can't start over.
    func showing(_ run: Run) {
        guard run.batched?.hasShownOutput == false, run.followers.contains(where: \.seesOutput) else { return }
        shown(run)
    }

    /// Somebody outside has seen some of a prediction's output.
    func shown(_ run: Run) {
        guard run.batched != nil else { return }
        run.batched?.hasShownOutput = true
        scheduler.outputShown(run.id)
    }
}

/// Why predictions end without a result from the model: their worker died, or the call of their batch raised.
struct Cause {
    var certificate: DeathCertificate?
    /// The text for the predictions' errors.
    var error: String?
    /// The text for their logs.
    var traceback: [UInt8] = []
}
