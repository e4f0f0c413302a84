internal import Predictions
internal import Workers

/// The files of a prediction's input: their positions in it and their paths.
typealias InputFiles = [(pointer: String, path: String)]

/// How the model, or a substitute for it, ended a prediction.
enum Ending {
    /// `whole` is the complete output if the worker sent it in one piece.
    case succeeded(whole: ChunkText?, isList: Bool)
    case failed(String)
    case canceled

    /// The same, valid indefinitely.
    var kept: Ending {
        if case .succeeded(let whole, let isList) = self {
            .succeeded(whole: whole?.kept, isList: isList)
        } else {
            self
        }
    }
}

/// The progress of a running prediction.
///
/// A value: methods are named after what happened and return what to do next.
enum Stage {
    /// It has no slot yet, and its files haven't been requested.
    case queued
    /// Its files are being fetched; if there is no worker, it has lost its slot in the meantime.
    case fetching(on: WorkerID?)
    /// Its files are here, and it waits for a slot again.
    case waiting(InputFiles)
    /// The model has it. `fileFailure` says what has gone wrong with a file of its output.
    case running(on: WorkerID, InputFiles, fileFailure: String?)
    /// The model has ended it; files of its output are being transferred.
    case uploading(Ending)
    /// It is canceled, and everybody was notified; the rest of its batch is still running, and the model may use its
    /// files.
    case dropped(on: WorkerID)
    /// It has ended.
    case ended

    /// What to do next.
    enum Step {
        case nothing
        /// Get the files of its input.
        case fetch
        /// Pass it to this worker.
        case dispatch(to: WorkerID, InputFiles)
        /// Tell this worker to stop.
        case interrupt(WorkerID)
        /// End it with this result.
        case end(Ending)
    }

    /// It was accepted for a batch, which it joins when its files are here.
    mutating func prepare(hasFiles: Bool) -> Step {
        guard case .queued = self, hasFiles else { return .nothing }
        self = .fetching(on: nil)
        return .fetch
    }

    /// It has a slot.
    mutating func slotGiven(_ worker: WorkerID, hasFiles: Bool) -> Step {
        switch self {
        case .queued where hasFiles:
            self = .fetching(on: worker)
            return .fetch
        case .queued: return dispatch(to: worker, [])
        case .fetching:
            self = .fetching(on: worker)
            return .nothing
        case .waiting(let files): return dispatch(to: worker, files)
        case .running, .uploading, .dropped, .ended: return .nothing
        }
    }

    /// Its worker died before the model had begun it, or the call of its batch failed.
    mutating func slotLost() {
        switch self {
        case .fetching: self = .fetching(on: nil)
        case .running(_, let files, _): self = .waiting(files)
        case .queued, .waiting, .uploading, .dropped, .ended: break
        }
    }

    /// It is canceled while the rest of its batch continues. Returns whether to notify everybody now.
    mutating func canceledInBatch() -> Bool {
        guard case .running(let worker, _, _) = self else { return false }
        self = .dropped(on: worker)
        return true
    }

    /// Whether everybody has already been notified of its end.
    var isDropped: Bool {
        if case .dropped = self { true } else { false }
    }

    /// The files of its input are here.
    mutating func fetched(_ files: InputFiles) -> Step {
        guard case .fetching(let worker) = self else { return .nothing }
        if let worker { return dispatch(to: worker, files) }
        self = .waiting(files)
        return .nothing
    }

    /// The model has ended it. Its output is complete once no file is being transferred.
    mutating func modelEnded(_ ending: Ending, awaitsFiles: Bool) -> Step {
        if isDropped { return .end(.canceled) }
        guard case .running(_, _, let fileFailure) = self else { return .nothing }
        guard case .succeeded = ending else { return .end(ending) }
        if let fileFailure { return .end(.failed(fileFailure)) }
        guard awaitsFiles else { return .end(ending) }
        self = .uploading(ending.kept)
        return .nothing
    }

    /// A file of its output was delivered.
    func fileDelivered(awaitsFiles: Bool) -> Step {
        guard case .uploading(let ending) = self, !awaitsFiles else { return .nothing }
        return .end(ending)
    }

    /// A file of its output can't be delivered. While the model is running, the slot isn't free, so the failure waits
    /// for the end.
    mutating func fileFailed(_ error: String) -> Step {
        switch self {
        case .uploading: return .end(.failed(error))
        case .running(let worker, let files, let earlier):
            self = .running(on: worker, files, fileFailure: earlier ?? error)
            return .nothing
        case .queued, .fetching, .waiting, .dropped, .ended: return .nothing
        }
    }

    /// Somebody or something wants it to end.
    func interrupted() -> Step {
        switch self {
        case .running(let worker, _, _), .dropped(let worker): .interrupt(worker)
        case .queued, .fetching, .waiting, .uploading: .end(.canceled)
        case .ended: .nothing
        }
    }

    private mutating func dispatch(to worker: WorkerID, _ files: InputFiles) -> Step {
        self = .running(on: worker, files, fileFailure: nil)
        return .dispatch(to: worker, files)
    }
}
