import HTTPServer
import Predictions
import Serving

/// Whose clients ask for a prediction, and so what their requests hold and what they expect.
enum RequestDialect {
    /// Cog's own.
    case own
    /// Replicate's: predictions outlive the request, and are shown with their addresses.
    case replicate(ReplicateCall)
    /// SageMaker's: the body is the input, and the answer is the output.
    case sageMaker

    /// What a body of JSON holds.
    var content: RequestScan.Content {
        if case .sageMaker = self { .input } else { .envelope }
    }
}

/// How a client wants to be answered.
struct AnswerMode {
    /// What it gets before the end.
    enum Stream {
        case none, events
        /// The output as plain text.
        case text
    }

    let stream: Stream
    let prefer: Preferences.Prefer
    var form: AnswerForm
    private let connection: Int?

    /// What the fields of a request say. `streams` is whether the model offers that.
    init(
        _ fields: RequestFields, _ head: RequestHead, _ exchange: Exchange, _ dialect: RequestDialect,
        streams: @autoclosure () -> Bool
    ) {
        form = AnswerForm(raw: RawPreference(head, fields))
        connection = exchange.connectionNumber
        var prefer = fields.prefer
        switch dialect {
        case .own: stream = fields.acceptsEventStream ? .events : .none
        case .replicate:
            stream = .none
            // Its predictions outlive the request that begins them.
            prefer.waitSeconds = ReplicateAPI.waitSeconds(prefer)
            prefer.isAsynchronous = true
        case .sageMaker:
            let wantsText = Preferences.prefers("text/plain", over: "application/json", fields.accepted)
            stream = fields.acceptsEventStream ? .events : wantsText && streams() ? .text : .none
            form.isOutputAlone = true
            // A request can't come back for its answer.
            prefer = Preferences.Prefer(reading: [])
        }
        self.prefer = prefer
    }

    /// One that waits for the result.
    init(waitingOn exchange: Exchange?) {
        stream = .none
        prefer = Preferences.Prefer(reading: [])
        form = AnswerForm()
        connection = exchange?.connectionNumber
    }

    /// Whose leaving cancels the prediction.
    var origin: FollowerKind? {
        stream != .none ? .eventStream : prefer.isAsynchronous ? nil : .answer
    }

    /// The connection that is answered when the prediction has ended.
    var client: Int? { origin == nil ? nil : connection }
}
