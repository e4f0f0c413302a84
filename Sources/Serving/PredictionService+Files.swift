internal import EventLoop
public import FileTransfer
internal import Glibc
internal import HTTPClient
internal import JSON
internal import Predictions
internal import Telemetry
internal import Workers

/// Files of inputs for the model, and of outputs for clients.
extension PredictionService {
    /// Makes a place for files that come with a request.
    public func makeUploads() -> UploadedFiles { UploadedFiles(in: files.store, on: loop) }

    /// What clients have stored here, to name it in the inputs of predictions.
    public var storedFiles: StoredFiles { files.stored }

    /// Gets the files of a prediction's input.
    func fetchFiles(_ run: Run) {
        run.span?.fetchBegan(at: Clock.wall.nanoseconds)
        let inputs = run.transfers.inputs
        run.transfers.fetch = files.fetcher.fetch(inputs, into: files.store) { [weak self, weak run] result in
            guard let self, let run else { return }
            switch result {
            case .success(let files):
                run.span?.fetchEnded(nil, at: Clock.wall.nanoseconds)
                perform(run.stage.fetched(files), for: run)
                if run.batched != nil { perform(scheduler.prepared(run.id, at: Clock.monotonic)) }
            case .failure(let error): end(run, .failed("Input validation error: \(error)"))
            }
        }
    }

    /// The model has produced a file: its place in the output is reserved until its URL or its content is available.
    func produced(_ descriptor: PassedDescriptor?, named name: String, _ run: Run) {
        guard !run.stage.isDropped else { return }
        guard let number = descriptor?.take() else {
            let error = FileError.output(SystemError(code: EMFILE, operation: "open"), name: name)
            perform(run.stage.fileFailed("Prediction failed: Failed to process output: \(error)"), for: run)
            return
        }
        let file = OpenFile(taking: number)
        if files.outputs.opened() { pool.pause() }
        let place = run.prediction.reserved()
        let restarts = run.batched?.restarts
        if let uploader = files.uploader {
            shown(run)
            let session = run.transfers.uploads ?? uploader.makeSession(predictionID: run.prediction.id)
            run.transfers.uploads = session
            session.upload(file, named: name, noting: run.span.map(Self.noteUpload)) { [weak self, weak run] result in
                self?.metrics.uploaded(TransferOutcome(result))
                self?.outputFileEnded()
                guard let self, let run, run.batched?.restarts == restarts else { return }
                let text = result.map { url in
                    var text: [UInt8] = []
                    appendJSONString(url, to: &text)
                    return ChunkText.small(text)
                }
                fill(place, run, text, prefix: "Failed to upload output: ")
            }
        } else {
            files.encoder.dataURL(of: file, named: name) { [weak self, weak run] result in
                self?.outputFileEnded()
                guard let self, let run, run.batched?.restarts == restarts else { return }
                let text = result.map { ChunkText.large(OwnedBytes($0.bytes, owner: $0)) }
                fill(place, run, text, prefix: "Prediction failed: Failed to process output: ")
            }
        }
    }

    /// Makes the span of an upload that begins now.
    private static func noteUpload(_ span: PredictionSpan) -> (UploadSession.Report) -> Void {
        let start = Clock.wall.nanoseconds
        return { report in
            span.uploaded(
                report.bytes, type: report.type, error: report.error.map { "\($0)" }, from: start,
                at: Clock.wall.nanoseconds)
        }
    }

    private func outputFileEnded() {
        if files.outputs.closed() { pool.resume() }
    }

    private func fill(
        _ place: Prediction.Place, _ run: Run, _ result: Result<ChunkText, FileError>, prefix: String
    ) {
        guard !run.prediction.status.isTerminal else { return }
        switch result {
        case .success(let text):
            for chunk in run.prediction.filled(place, with: text) { announce(chunk, run) }
            perform(run.stage.fileDelivered(awaitsFiles: run.prediction.isAwaitingChunks), for: run)
        case .failure(let error):
            let text = "\(error)"
            perform(run.stage.fileFailed(text.hasPrefix(prefix) ? text : prefix + text), for: run)
        }
    }
}
