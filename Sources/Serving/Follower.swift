public import Predictions

/// A party that is notified about a prediction: a client that waits for the response, a reader of its events, or a
/// webhook.
///
/// Called on the loop. A follower must not end the prediction during a call.
public protocol Follower: AnyObject {
    /// The kind of follower.
    var kind: FollowerKind { get }

    /// Whether the follower passes output on before the end.
    var seesOutput: Bool { get }

    /// Something happened to the prediction. Not called for predictions that nobody follows in detail.
    func happened(_ event: RunEvent)

    /// The prediction has ended; no further call follows.
    func ended(_ end: RunEnd)
}

/// The kinds of followers. A prediction that was started for a response or an event stream is canceled when its last
/// follower of this kind leaves. A reader only observes: it neither keeps a prediction running nor cancels it.
public enum FollowerKind: Equatable, Sendable {
    case answer, eventStream, reader, webhook
}

/// Something that happened to a prediction.
public struct RunEvent {
    /// What has happened.
    public enum Kind: Equatable, Sendable {
        case started, output, logs, metric
    }

    /// What has happened.
    public let kind: Kind
    /// The event as an event stream shows it; nil if the model offers none.
    public let event: PredictionEvent?
    /// The event's id, if there is one.
    public let id: Int
}

/// How a prediction ended.
public struct RunEnd {
    /// The terminal state, as JSON.
    public let body: SegmentedText
    /// The last event of an event stream; nil if the model offers none.
    public let event: CompletedEvent?
    /// The id of that event.
    public let eventID: Int
    /// Whether the prediction succeeded and its output is a single file.
    public let isSingleFile: Bool
    /// Whether the prediction never began because no slot was free in time.
    public let waitedTooLong: Bool
    /// The ended prediction.
    let prediction: Prediction

    /// The final status.
    public var status: Prediction.Status { prediction.status }

    /// Why the prediction failed, if it did.
    public var error: String? { prediction.error }

    /// The output alone, as JSON.
    public var output: SegmentedText { prediction.outputText }
}

@available(*, unavailable)
extension RunEnd: Sendable {}
