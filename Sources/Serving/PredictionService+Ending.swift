internal import EventLoop
internal import FileTransfer
internal import Predictions
internal import Telemetry
internal import WorkerProtocol
internal import Workers

/// How every prediction ends.
extension PredictionService {
    /// The error of a prediction that no worker is left to run.
    static let noWorkers = "Worker crashed"
    /// The error of a prediction that its worker reports as canceled although neither a client nor the server requested
    /// that.
    static let canceledUnasked = "Prediction failed: the worker canceled it, but nobody had asked for that"
    /// The error of a prediction that was still running or waiting when the grace of the shutdown ended.
    static let cutOff = "The server shut down before the prediction finished"

    /// The scheduler has removed a prediction.
    func end(_ id: RunID, _ ending: Scheduler.Ending, _ cause: Cause?) {
        guard let run = runs[id] else { return }
        // A worker that the server killed during its own shutdown hasn't crashed.
        if let certificate = cause?.certificate, !run.stage.isDropped, !closing.isClosed { tellDeath(certificate, run) }
        switch ending {
        case .canceled:
            run.interruption = .canceled
            end(run, .canceled)
        case .timedOut:
            run.interruption = .timedOut
            end(run, .canceled)
        case _ where closing.isClosed: end(run, .failed(Self.cutOff))
        case .workerDied: end(run, .failed(cause?.certificate?.error(of: id) ?? Self.noWorkers))
        case .batchFailed:
            cause?.traceback.withUnsafeBytes { printed($0, run, .standardError) }
            end(run, .failed(cause?.error ?? Self.noWorkers))
        case .noWorkers: end(run, .failed(Self.noWorkers))
        case .waitedTooLong:
            let limit = settings.limits.queueTimeout ?? .zero
            end(run, .failed("At capacity - no prediction slot was free within \(limit.inSeconds) s"), hasWaited: true)
        }
    }

    /// Adds to the logs of a prediction why its worker died, on separate lines.
    private func tellDeath(_ certificate: DeathCertificate, _ run: Run) {
        let text = (run.prediction.isAtLineStart ? "" : "\n") + certificate.logText
        Array(text.utf8).withUnsafeBytes { printed($0, run, .standardError) }
    }

    /// Ends a prediction: frees its slot, notifies everybody, and releases its resources. The slot comes first, so that
    /// a client that sends its next request immediately finds it free.
    func end(_ run: Run, _ ending: Ending, hasWaited: Bool = false) {
        guard runs.remove(run.id) != nil else { return }
        let wasTold = run.stage.isDropped
        run.stage = .ended
        let now = Clock.monotonic
        let actions = scheduler.freed(run.id, at: now)
        if !wasTold { tellEnd(run, ending, hasWaited: hasWaited, at: now) }
        giveBack(run)
        perform(actions)
        if runs.isEmpty { closing.onIdle?() }
    }

    /// Records how a prediction ended, and notifies everybody.
    func tellEnd(_ run: Run, _ ending: Ending, hasWaited: Bool, at now: Duration) {
        record(ending, run, at: now)
        count(run, at: now)
        if hasWaited { metrics.rejected(.queueTimeout) }
        let body = run.prediction.body()
        let event = run.history.map { _ in CompletedEvent(run.prediction) }
        if let event { run.history?.ended(event) }
        endSpans(of: run)
        registry.ended(run.prediction.id, body: body, events: run.history, at: now)
        let facts = pool.facts?.documentFacts
        let isFile = run.request.isTraining ? facts?.trainingOutputIsFile : facts?.outputIsFile
        let end = RunEnd(
            body: body, event: event, eventID: run.history?.lastID ?? 0,
            isSingleFile: isFile == true && run.prediction.status == .succeeded, waitedTooLong: hasWaited,
            prediction: run.prediction)
        let followers = run.followers
        run.followers = []
        run.history = nil
        for follower in followers { follower.ended(end) }
        log.predictionEnded(run.prediction)
    }

    private func record(_ ending: Ending, _ run: Run, at now: Duration) {
        let prediction = run.prediction
        let moment = Clock.wall
        let time = run.timing.slotTakenAt.map { now - $0 } ?? .zero
        switch (run.interruption, ending) {
        // What was requested decides, not how the model ended: a requested cancel is always the outcome, and an
        // unrequested one never is.
        case (.canceled, _): prediction.canceled(at: moment, after: time)
        case (nil, .canceled): prediction.failed(Self.canceledUnasked, at: moment, after: time)
        case (.timedOut, _):
            let limit = settings.limits.predictionTimeout ?? .zero
            prediction.failed("timed out after \(limit.inSeconds) s", at: moment, after: time)
        case (nil, .failed(let error)): prediction.failed(error, at: moment, after: time)
        case (nil, .succeeded(let whole, let isList)):
            prediction.succeeded(whole: whole, isList: isList, at: moment, after: time)
        }
    }

    private func count(_ run: Run, at now: Duration) {
        let prediction = run.prediction
        // The output came in one piece with the end.
        if !run.timing.hasOutput, prediction.chunkCount > 0 { firstOutput(of: run, at: now) }
        metrics.ended(prediction.status, after: run.timing.slotTakenAt.map { now - $0 }, of: run.timing.trace)
        metrics.model.add(prediction.metrics)
    }

    private func endSpans(of run: Run) {
        guard let span = run.span else { return }
        let prediction = run.prediction
        span.ended(prediction.status.rawValue, prediction.error, at: Clock.wall.nanoseconds)
    }

    private func giveBack(_ run: Run) {
        run.transfers.fetch?.discard()
        run.request.uploads?.discard()
        run.transfers.uploads?.cancel()
    }
}

extension Duration {
    /// The duration in seconds, for texts: `2`, `0.5`.
    var inSeconds: String {
        let seconds = self / .seconds(1)
        return seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}
