public import FileTransfer
internal import Metrics
public import Predictions
public import Telemetry
internal import Workers

/// A request that has passed all checks.
public final class NewPrediction {
    /// The client's id, or one that was generated; no running prediction has it.
    public let id: String
    /// The client's request.
    public let envelope: PredictionRequest
    /// The body for the model.
    public let body: RequestBody
    /// The schema that knows which members of the input reach the model; nil if all do.
    public let schemaOfUnknown: InputSchema?
    /// Whether this is a training.
    public let isTraining: Bool
    /// The kind of follower whose departure cancels the prediction; nil for none.
    public let origin: FollowerKind?
    /// The number of the connection that waits for the response; nil if none does.
    public let client: Int?
    /// What the model and the webhooks get to know of the request's trace; nil for nothing.
    public let trace: TraceLinks?
    /// The files that came with the request.
    public let uploads: UploadedFiles?
    /// It replaces an ended prediction of the same request, so it waits where another prediction would be refused.
    public var keepsPlace = false

    /// Makes a request from its parts.
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

/// A running prediction, with all its followers and all resources to release when it ends.
///
/// Bound to the loop; only ``PredictionService`` owns and changes it.
final class Run {
    let id: RunID
    let prediction: Prediction
    let request: NewPrediction
    var stage = Stage.queued
    /// Why the prediction was told to stop, if it was.
    var interruption: Interruption?
    var followers: [any Follower] = []
    /// The events so far; only for models that offer event streams.
    var history: EventHistory?
    /// Whether an event stream or a webhook may follow the prediction in detail.
    var isFollowed = false
    /// Additional state if one call of the model answers several predictions; nil for other models.
    var batched: Batched?
    /// Measurements of the prediction.
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

    /// Additional state for a prediction of a batched model.
    struct Batched {
        /// Whether somebody outside has seen some of its output.
        var hasShownOutput = false
        /// How often it has started over.
        var restarts = 0
    }

    /// The times of a prediction's events, by a clock that never goes back.
    struct Timing {
        /// The time of its arrival.
        var arrivedAt = Duration.zero
        /// The time at which it took its first slot.
        var slotTakenAt: Duration?
        /// Whether some of its output has come; only the first counts.
        var hasOutput = false
        /// The prediction's trace, if somebody records it.
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
    func tell(_ kind: RunEvent.Kind, _ event: (inout EventHistory) -> PredictionEvent) {
        guard isFollowed else { return }
        let event = history == nil ? nil : event(&history!)
        let id = history?.lastID ?? 0
        for follower in followers { follower.happened(RunEvent(kind: kind, event: event, id: id)) }
    }
}

@available(*, unavailable)
extension NewPrediction: Sendable {}
@available(*, unavailable)
extension Run: Sendable {}
