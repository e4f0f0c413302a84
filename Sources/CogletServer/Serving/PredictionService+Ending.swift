import EventLoop
import FileTransfer
import HTTPServer
import JSON
import Predictions
import WebhookDelivery
import WorkerProtocol

/// Cancelling, and the one end that every prediction has.
extension PredictionService {
    /// Asks for the end of a prediction.
    func cancel(_ running: RunningPrediction) {
        let prediction = running.prediction
        guard !prediction.status.isTerminal else { return }
        if !prediction.isCancelRequested {
            log.info("coglet::prediction", "Cancelling prediction", ["prediction_id": .string(prediction.id)])
        }
        prediction.isCancelRequested = true
        if running.awaitsFiles != nil {
            end(running, .canceled)
        } else if running.isDispatched {
            supervisor.worker?.sendControl(.cancel, token: prediction.token)
            startCancelTimer(running)
        } else if let fetch = running.fetch {
            fetch.cancel()
        } else {
            end(running, .canceled)
        }
    }

    /// A model that doesn't heed the cancel loses its worker.
    private func startCancelTimer(_ running: RunningPrediction) {
        guard running.cancelTimer == nil else { return }
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [unowned self, unowned running] in
                log.warning(
                    "coglet::prediction", "The model ignores the cancel; its worker is replaced",
                    ["prediction_id": .string(running.prediction.id)])
                supervisor.worker?.kill()
            }
            timer.start(after: options.cancelGrace)
            running.cancelTimer = timer
        } catch {
            log.error("coglet::prediction", "no timer for the cancel: \(error)")
        }
    }

    /// Ends a prediction: frees its slot, answers everybody, and gives back what it held. The slot comes first, so that a
    /// client which sends its next request at once finds it free.
    func end(_ running: RunningPrediction, _ ending: RunningPrediction.Ending) {
        let prediction = running.prediction
        guard byToken.removeValue(forKey: prediction.token) != nil else { return }
        giveBackSlot(running)
        record(ending, running)
        endedCounts.count(prediction.status)
        let body = prediction.body()
        registry.ended(prediction, body: body, at: Clock.monotonic)
        answer(running, body)
        release(running)
        logEnd(prediction)
        startQueued()
        if byToken.isEmpty { onIdle?() }
    }

    private func record(_ ending: RunningPrediction.Ending, _ running: RunningPrediction) {
        let prediction = running.prediction
        let now = Clock.wall
        let time = running.slotTakenAt.map { Clock.monotonic - $0 } ?? .zero
        switch ending {
        case .canceled: prediction.canceled(at: now, after: time)
        case .failed where prediction.isCancelRequested: prediction.canceled(at: now, after: time)
        case .failed(let error): prediction.failed(error, at: now, after: time)
        case .succeeded where prediction.isCancelRequested: prediction.canceled(at: now, after: time)
        case .succeeded(let whole, let isList):
            supervisor.predictionEnded()
            prediction.succeeded(whole: whole, isList: isList, at: now, after: time)
        }
    }

    private func answer(_ running: RunningPrediction, _ body: SegmentedText) {
        for exchange in running.waiters {
            exchange.onClientGone = nil
            exchange.respond(.json(body))
        }
        running.waiters = []
        if var history = running.history {
            running.send(history.completed(running.prediction.body(for: .eventStream).joined))
            for stream in running.streams { stream.end() }
            running.history = nil
        }
        running.webhook?.record(.completed)
    }

    private func release(_ running: RunningPrediction) {
        running.cancelTimer?.close()
        running.cancelTimer = nil
        running.fetch?.cancel()
        running.uploads?.cancel()
        if let directory = running.directory, !directory.isEmpty {
            loop.submit {
                directory.removeNow()
            } then: {
            }
        }
    }

    private func logEnd(_ prediction: Prediction) {
        guard log.level <= .info else { return }
        let id = Log.Value.string(prediction.id)
        switch prediction.status {
        case .canceled: log.info("coglet::prediction", "Prediction cancelled", ["prediction_id": id])
        case .failed:
            log.info(
                "coglet::prediction", "Prediction failed",
                ["prediction_id": id, "error": .string(prediction.error ?? "")])
        default: log.info("coglet::prediction", "Prediction worker completed", ["prediction_id": id])
        }
    }
}
