public import FileTransfer
internal import Metrics
public import Predictions
public import Telemetry
internal import Workers

/// A request that has passed all checks.
public struct NewPrediction {
    /// The client's id, or one that was made for it; no running prediction has it.
    public let id: String
    /// What the client asks for.
    public let envelope: PredictionRequest
    /// What the model gets.
    public let body: RequestBody
    /// Knows which members of the input reach the model; nil if all do.
    public let schemaOfUnknown: InputSchema?
    /// Whether it is a training.
    public let isTraining: Bool
    /// Whose leaving cancels it: nil for nobody's.
    public let origin: FollowerKind?
    /// The number of the connection that waits for the answer; nil if none does.
    public let client: Int?
    /// What the model and the webhooks are told of the trace that the request belongs to; nil for nothing.
    public let trace: TraceLinks?
    /// The files that came with the request.
    public let uploads: UploadedFiles?
    /// It takes the place of a prediction of the same request that has ended: it waits where another one would be refused.
    public var keepsPlace = false

    /// Puts a request together.
    public init(
        id: String, envelope: PredictionRequest, body: RequestBody, schemaOfUnknown: InputSchema?,
        isTraining: Bool, origin: FollowerKind?, client: Int?, trace: TraceLinks?,
        uploads: UploadedFiles? = nil
    ) {
        self.id = id
        self.envelope = envelope
        self.body = body
        self.schemaOfUnknown = schemaOfUnknown
        self.isTraining = isTraining
        self.origin = origin
        self.client = client
        self.trace = trace
        self.uploads = uploads
    }
}

/// A prediction that is carried out, with all who follow it and all that must be given back when it ends.
///
/// Bound to the loop; owned and changed by ``PredictionService`` alone.
final class Run {
    let id: RunID
    let prediction: Prediction
    let request: NewPrediction
    var stage = Stage.queued
    /// Why it was told to stop, if it was.
    var interruption: Interruption?
    var followers: [any Follower] = []
    /// The events so far; only for models that offer event streams.
    var history: EventHistory?
    /// Whether an event stream or a webhook may follow what happens in detail.
    var isFollowed = false
    /// What matters where one call of the model answers several predictions; nil for other models.
    var batched: Batched?
    /// What is measured of it.
    var timing: Timing
    /// The files of its input and of its output.
    var transfers: Transfers

    /// Files that go from one place to another.
    struct Transfers {
        /// The files of the input that are to be fetched. Stored ones are kept for it, however long it waits.
        let inputs: [FetchedInput]
        /// How these are fetched, and where they are.
        var fetch: InputFetch?
        /// The files of the output, if they are uploaded.
        var uploads: UploadSession?
    }

    /// What is known about a prediction of a batched model.
    struct Batched {
        /// Somebody outside has seen some of its output.
        var hasShownOutput = false
        /// How often it has started over.
        var restarts = 0
    }

    /// When what has happened to a prediction, by a clock that only goes forward.
    struct Timing {
        /// When it arrived.
        var arrivedAt = Duration.zero
        /// When it took its first slot.
        var slotTakenAt: Duration?
        /// Whether some of its output was here; only the first counts.
        var hasOutput = false
        /// The trace that it belongs to, if somebody records that.
        let trace: TraceID?
    }

    init(_ id: RunID, _ prediction: Prediction, _ request: NewPrediction, inputs: [FetchedInput]) {
        transfers = Transfers(inputs: inputs)
        self.id = id
        self.prediction = prediction
        self.request = request
        timing = Timing(trace: request.trace?.recorded)
    }

    /// Its spans, if its trace is recorded.
    var span: PredictionSpan? { request.trace?.span }

    /// Tells the followers. `event` makes the text for event streams.
    func tell(_ kind: RunEvent.Kind, _ event: (inout EventHistory) -> [UInt8]) {
        guard isFollowed else { return }
        let text = history == nil ? nil : event(&history!)
        let id = history?.lastID ?? 0
        for follower in followers { follower.happened(RunEvent(kind: kind, text: text, id: id)) }
    }
}

@available(*, unavailable)
extension NewPrediction: Sendable {}
@available(*, unavailable)
extension Run: Sendable {}
