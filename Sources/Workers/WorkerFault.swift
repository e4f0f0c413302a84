internal import WorkerProtocol

/// What a worker has done that a worker of ours never does: its memory is damaged, or the model meddles with its channels.
///
/// Nothing it says can be trusted any more.
enum WorkerFault: Error, Equatable {
    /// The channel's bytes can't be cut into frames.
    case frame(FrameError)
    /// The server sends this kind, or it belongs on the other channel.
    case misplaced(FrameKind)
    /// Setup has ended already, or it hasn't ended yet.
    case outOfOrder(FrameKind)
    /// The kind has no such detail.
    case unknownDetail(FrameKind, UInt8)
    /// The frame names a prediction that this worker was never given.
    case notGiven(FrameKind, token: UInt32)
    /// The content isn't what the kind demands.
    case content(FrameKind, String)
    /// Several descriptors came at once, or one that belongs to no file.
    case strayDescriptor
    /// A file was announced, but its descriptor didn't come.
    case missingDescriptor
    /// The counters in the shared memory make no sense.
    case sharedMemory(SharedSnapshot.Fault)
}

extension WorkerFault: CustomStringConvertible {
    /// What happened, as one clause for the log and for the errors of predictions.
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
