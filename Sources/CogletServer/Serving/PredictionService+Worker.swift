import EventLoop
import FileTransfer
import HTTPClient
import JSON
import Predictions
import WebhookDelivery
import WorkerProtocol

/// What the worker says of the predictions it runs.
extension PredictionService: SupervisorDelegate {
    func workerSent(_ frame: Frame) {
        let token = frame.header.token
        switch frame.header.kind {
        case .log: logged(frame)
        case .output:
            if let running = byToken[token] { produced(content(of: frame), running) }
        case .outputFile: producedFile(frame)
        case .metric:
            if let running = byToken[token] { recorded(frame.content, running) }
        case .finished: finished(frame)
        case .health: healthChecks?.answered(token, frame.content)
        default: break  // Frames of the setup, which the supervisor takes.
        }
    }

    func workerWrote(_ text: [UInt8], to source: LogSource) {
        // Text of C code and child processes says not whose it is: with one prediction running there is no question.
        if takenSlots == 1, let running = byToken.values.first(where: { $0.slotTakenAt != nil }) {
            text.withUnsafeBytes { append($0, source, to: running) }
        } else {
            log.always("coglet::user", String(decoding: text, as: UTF8.self).trimmed)
        }
    }

    func workerDied(hadTaken: (UInt32) -> Bool) {
        healthChecks?.workerDied()
        for running in byToken.values.sorted(by: { $0.prediction.createdAt < $1.prediction.createdAt })
        where running.isDispatched {
            if running.prediction.isCancelRequested {
                end(running, .canceled)
            } else if hadTaken(running.prediction.token) {
                end(running, .failed(Self.crashed))
            } else {
                // The model has not seen it: nothing speaks against the next worker's running it.
                running.isDispatched = false
                waitForWorker(running)
            }
        }
    }

    func workerReady() {
        let waiting = waitingForWorker
        waitingForWorker = []
        for running in waiting where !running.prediction.status.isTerminal { dispatch(running) }
        startQueued()
    }

    func workerGaveUp() {
        failWaiting()
    }

    func supervisorStopped() {
        failWaiting()
        onStopped?()
    }

    private func failWaiting() {
        let waiting = waitingForWorker + queue
        waitingForWorker = []
        for running in waiting { end(running, .failed(Self.crashed)) }
    }

    // MARK: - Logs and metrics

    private func logged(_ frame: Frame) {
        let source = LogSource(rawValue: frame.header.detail) ?? .standardOutput
        supervisor.worker?.drainOutputs()
        if let running = byToken[frame.header.token] {
            append(frame.content, source, to: running)
        } else {
            log.always("coglet::user", String(decoding: frame.content, as: UTF8.self).trimmed)
        }
    }

    private func append(_ text: UnsafeRawBufferPointer, _ source: LogSource, to running: RunningPrediction) {
        running.prediction.logged(text)
        let stream: StaticString = source == .standardOutput ? "stdout" : "stderr"
        if let event = running.history?.logged(text, source: stream) { running.send(event) }
        running.webhook?.record(.logs)
        if log.level <= .info {
            log.info(
                "coglet::prediction", String(decoding: text, as: UTF8.self).trimmed,
                [
                    "prediction_id": .string(running.prediction.id),
                    "source": .string(source == .standardOutput ? "Stdout" : "Stderr"),
                ])
        }
    }

    private func recorded(_ content: UnsafeRawBufferPointer, _ running: RunningPrediction) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: content)
            let metric = document.root
            guard let mode = metric["mode"]?.string, let name = metric["name"]?.string, let value = metric["value"]
            else {
                return
            }
            running.prediction.recorded(mode, name, value)
            if let event = running.history?.recorded(mode: mode, name: name, value: value) { running.send(event) }
        } catch {
            // NaN and infinities have no JSON form: such a metric is dropped.
            log.warning("coglet::prediction", "A metric can't be shown: \(error)")
        }
    }

    // MARK: - Output

    private func produced(_ chunk: ChunkText, _ running: RunningPrediction) {
        if running.prediction.produced(chunk) { announce(chunk, running) }
    }

    private func content(of frame: Frame) -> ChunkText {
        supervisor.worker?.takeContent(of: frame) ?? .borrowed(frame.content)
    }

    private func announce(_ chunk: ChunkText, _ running: RunningPrediction) {
        chunk.withUnsafeBytes { bytes in
            if let event = running.history?.produced(bytes) { running.send(event) }
        }
        running.webhook?.record(.output)
    }

    private func producedFile(_ frame: Frame) {
        guard let descriptor = supervisor.worker?.takeDescriptor() else { return }
        let file = OpenFile(taking: descriptor)
        guard let running = byToken[frame.header.token] else { return }
        let name = String(decoding: frame.content, as: UTF8.self)
        let place = running.prediction.reserved()
        if let uploader = files.uploader {
            let session =
                running.uploads ?? uploader.makeSession(predictionID: running.prediction.id, fields: running.trace)
            running.uploads = session
            session.upload(file, named: name) { [weak self, weak running] result in
                guard let self, let running else { return }
                fill(
                    place, running,
                    result.map { url in
                        var text: [UInt8] = []
                        appendJSONString(url, to: &text)
                        return .small(text)
                    }, prefix: "Failed to upload output: ")
            }
        } else {
            files.encoder.dataURL(of: file, named: name) { [weak self, weak running] result in
                guard let self, let running else { return }
                fill(
                    place, running, result.map { .large(OwnedBytes($0.bytes, owner: $0)) },
                    prefix: "Prediction failed: Failed to process output: ")
            }
        }
    }

    private func fill(
        _ place: Prediction.Place, _ running: RunningPrediction, _ result: Result<ChunkText, FileError>, prefix: String
    ) {
        guard !running.prediction.status.isTerminal else { return }
        switch result {
        case .success(let text):
            for chunk in running.prediction.filled(place, with: text) { announce(chunk, running) }
            if let ending = running.awaitsFiles, !running.prediction.isAwaitingChunks { end(running, ending) }
        case .failure(let error):
            let failure = RunningPrediction.Ending.failed(
                "\(error)".hasPrefix(prefix) ? "\(error)" : prefix + "\(error)")
            if running.awaitsFiles != nil || running.prediction.isCancelRequested {
                end(running, running.prediction.isCancelRequested ? .canceled : failure)
            } else {
                // The model is still running: its slot is free only when it has ended.
                running.fileFailure = running.fileFailure ?? failure
            }
        }
    }

    private func finished(_ frame: Frame) {
        guard let running = byToken[frame.header.token] else { return }
        supervisor.worker?.drainOutputs()
        let detail = FinishDetail(rawValue: frame.header.detail)
        let ending: RunningPrediction.Ending
        if detail.contains(.canceled) {
            ending = .canceled
        } else if detail.contains(.failed) {
            ending = .failed(String(decoding: frame.content, as: UTF8.self))
        } else if let failure = running.fileFailure {
            ending = failure
        } else if detail.contains(.inline), running.isFollowed {
            // Whoever follows the prediction sees the output as a chunk before the end.
            if !detail.contains(.list) { produced(content(of: frame), running) }
            ending = .succeeded(
                whole: detail.contains(.list) ? content(of: frame) : nil, isList: detail.contains(.list))
        } else {
            ending = .succeeded(
                whole: detail.contains(.inline) ? content(of: frame) : nil, isList: detail.contains(.list))
        }
        if running.prediction.isAwaitingChunks, case .succeeded(let whole, let isList) = ending {
            running.awaitsFiles = .succeeded(whole: whole?.kept, isList: isList)
        } else {
            end(running, ending)
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
