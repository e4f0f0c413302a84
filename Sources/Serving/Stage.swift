internal import Predictions
internal import Workers

/// The files of a prediction's input: where they stand in it, and their paths.
typealias InputFiles = [(pointer: String, path: String)]

/// How the model, or what took its place, ended a prediction.
enum Ending {
    /// `whole` is the complete output, if the worker sent it in one piece.
    case succeeded(whole: ChunkText?, isList: Bool)
    case failed(String)
    case canceled

    /// The same, valid for ever.
    var kept: Ending {
        if case .succeeded(let whole, let isList) = self {
            .succeeded(whole: whole?.kept, isList: isList)
        } else {
            self
        }
    }
}

/// Where a prediction that is carried out stands.
///
/// A value: methods are named after what happened and return what to do next.
enum Stage {
    /// It has no slot yet, and its files are not looked for.
    case queued
    /// Its files are on their way; without a worker, it has lost its slot meanwhile.
    case fetching(on: WorkerID?)
    /// Its files are here, and it waits for a slot again.
    case waiting(InputFiles)
    /// The model has it. `fileFailure` says what went wrong with a file of its output so far.
    case running(on: WorkerID, InputFiles, fileFailure: String?)
    /// The model has ended it; files of its output are on their way.
    case uploading(Ending)
    /// It is canceled, and everybody was told; the rest of its batch still runs, and the model may use its files.
    case dropped(on: WorkerID)
    /// It is over.
    case ended

    /// What to do next.
    enum Step {
        case nothing
        /// Get the files of its input.
        case fetch
        /// Give it to this worker.
        case dispatch(to: WorkerID, InputFiles)
        /// Tell this worker to stop.
        case interrupt(WorkerID)
        /// End it in this way.
        case end(Ending)
    }

    /// It is taken for a batch, which it joins when its files are here.
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

    /// Its worker has died before the model had begun it, or the call of its batch has failed.
    mutating func slotLost() {
        switch self {
        case .fetching: self = .fetching(on: nil)
        case .running(_, let files, _): self = .waiting(files)
        case .queued, .waiting, .uploading, .dropped, .ended: break
        }
    }

    /// It is canceled while the rest of its batch goes on. Returns whether everybody is to be told now.
    mutating func canceledInBatch() -> Bool {
        guard case .running(let worker, _, _) = self else { return false }
        self = .dropped(on: worker)
        return true
    }

    /// Whether everybody was told of its end already.
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

    /// The model has ended it. What it has put out is complete once no file is on its way.
    mutating func modelEnded(_ ending: Ending, awaitsFiles: Bool) -> Step {
        if isDropped { return .end(.canceled) }
        guard case .running(_, _, let fileFailure) = self else { return .nothing }
        guard case .succeeded = ending else { return .end(ending) }
        if let fileFailure { return .end(.failed(fileFailure)) }
        guard awaitsFiles else { return .end(ending) }
        self = .uploading(ending.kept)
        return .nothing
    }

    /// A file of its output is where it belongs.
    func fileDelivered(awaitsFiles: Bool) -> Step {
        guard case .uploading(let ending) = self, !awaitsFiles else { return .nothing }
        return .end(ending)
    }

    /// A file of its output can't be delivered. While the model runs, the slot is not free: the failure waits for the end.
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
