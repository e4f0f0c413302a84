internal import WorkerProtocol

/// Something that only a broken worker does: its memory is damaged, or the model interferes with its channels.
///
/// Nothing that the worker sends can be trusted any more.
enum WorkerFault: Error, Equatable {
    /// The channel's bytes can't be split into frames.
    case frame(FrameError)
    /// Only the server sends this kind, or it belongs on the other channel.
    case misplaced(FrameKind)
    /// Setup has already ended, or hasn't ended yet.
    case outOfOrder(FrameKind)
    /// The kind has no such detail.
    case unknownDetail(FrameKind, UInt8)
    /// The frame names a prediction that this worker was never given.
    case notGiven(FrameKind, token: UInt32)
    /// The content doesn't fit the kind.
    case content(FrameKind, String)
    /// Several descriptors came at once, or one that belongs to no file.
    case strayDescriptor
    /// A file was announced, but its descriptor didn't come.
    case missingDescriptor
    /// The counters in the shared memory are inconsistent.
    case sharedMemory(SharedSnapshot.Fault)
}

extension WorkerFault: CustomStringConvertible {
    /// The problem as one clause, for the log and for the errors of predictions.
    var description: String {
        switch self {
        case .frame(let error): "\(error)"
        case .misplaced(let kind): "a frame (\(kind)) arrived on a channel where it doesn't belong"
        case .outOfOrder(let kind): "a frame (\(kind)) arrived at the wrong time"
        case .unknownDetail(let kind, let detail): "a frame (\(kind)) has the unknown detail \(detail)"
        case .notGiven(let kind, let token):
            "a frame (\(kind)) names the prediction \(token), which this worker doesn't run"
        case .content(let kind, let problem): "the content of a frame (\(kind)) is invalid: \(problem)"
        case .strayDescriptor: "file descriptors arrived that belong to no output file"
        case .missingDescriptor: "an output file arrived without its file descriptor"
        case .sharedMemory(let fault): "\(fault)"
        }
    }
}
