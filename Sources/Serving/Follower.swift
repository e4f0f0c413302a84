public import Predictions

/// Someone who is told about a prediction: a client that waits for the answer, one that reads its events, a webhook.
///
/// Called on the loop. A follower must not end the prediction from inside a call.
public protocol Follower: AnyObject {
    /// What the follower is.
    var kind: FollowerKind { get }

    /// Whether it passes output on before the end.
    var seesOutput: Bool { get }

    /// Something has happened to the prediction. Not called for predictions that nobody follows in detail.
    func happened(_ event: RunEvent)

    /// The prediction has ended; nothing follows.
    func ended(_ end: RunEnd)
}

/// What kinds of followers there are. A prediction that was begun for an answer or for an event stream is canceled when the
/// last follower of this kind leaves. A reader only looks on: it never keeps a prediction running, and never cancels one.
public enum FollowerKind: Equatable, Sendable {
    case answer, eventStream, reader, webhook
}

/// Something that has happened to a prediction.
public struct RunEvent {
    /// What has happened.
    public enum Kind: Equatable, Sendable {
        case started, output, logs, metric
    }

    /// What has happened.
    public let kind: Kind
    /// The event as an event stream shows it; nil if the model offers none.
    public let text: [UInt8]?
    /// The event's id, if there is a text.
    public let id: Int
}

/// How a prediction has ended.
public struct RunEnd {
    /// The terminal state, as JSON.
    public let body: SegmentedText
    /// The last event of an event stream; nil if the model offers none.
    public let event: SegmentedText?
    /// The id of that event.
    public let eventID: Int
    /// It has succeeded, and its output is one file.
    public let isSingleFile: Bool
    /// It has never begun, because no slot was free in time.
    public let waitedTooLong: Bool
    /// What has ended.
    let prediction: Prediction

    /// In which way it has ended.
    public var status: Prediction.Status { prediction.status }

    /// Why it has failed, if it has.
    public var error: String? { prediction.error }

    /// The output alone, as JSON.
    public var output: SegmentedText { prediction.outputText }
}

@available(*, unavailable)
extension RunEnd: Sendable {}
