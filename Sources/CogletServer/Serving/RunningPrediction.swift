import EventLoop
import FileTransfer
import HTTPServer
import JSON
import Predictions
import WebhookDelivery

/// A prediction that runs, with all who wait for it and all that must be given back when it ends.
///
/// Bound to the loop; owned by ``PredictionService`` until the end.
final class RunningPrediction {
    /// How the client that began it wants to be answered. Decides what its leaving means.
    enum Origin {
        case synchronous, asynchronous, stream
    }

    let prediction: Prediction
    let accepted: PredictionService.Accepted
    var origin: Origin { accepted.origin }
    /// Clients that get the terminal state as their answer.
    var waiters: [Exchange] = []
    /// Clients that follow the events.
    var streams: [EventStream] = []
    /// The events so far; only for models that offer event streams.
    var history: EventHistory?
    var webhook: WebhookSession?
    /// What the model and the webhooks are told of the trace that the request belongs to.
    var trace: [(name: String, value: String)] { accepted.trace }

    /// The files of its inputs, and where they lie once they are there.
    var directory: PredictionDirectory?
    var paths: [(pointer: String, path: String)] = []
    var fetch: InputFetch?
    var uploads: UploadSession?
    /// When it took its slot, by a clock that only goes forward; nil while it waits for one.
    var slotTakenAt: Duration?
    /// The worker has it.
    var isDispatched = false
    /// The worker has finished it, but files of its output are still on their way.
    var awaitsFiles: Ending?
    /// What went wrong with a file of its output while the model was still running.
    var fileFailure: Ending?
    /// Ends a prediction that doesn't heed its cancel.
    var cancelTimer: Timer?

    /// How the worker says it has ended.
    enum Ending {
        case succeeded(whole: ChunkText?, isList: Bool)
        case failed(String)
        case canceled
    }

    init(_ prediction: Prediction, _ accepted: PredictionService.Accepted) {
        self.prediction = prediction
        self.accepted = accepted
    }

    /// Whether an event stream or a webhook follows what happens in detail.
    var isFollowed: Bool { history != nil || webhook != nil }

    /// Sends an event to every stream.
    func send(_ event: [UInt8]) {
        for stream in streams { stream.send(event) }
    }
}

@available(*, unavailable)
extension RunningPrediction: Sendable {}
