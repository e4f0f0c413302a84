import HTTPServer
import Predictions
import Serving

/// The kind of client that requests a prediction, which determines what its requests contain and what it expects.
enum RequestDialect {
    /// Cog's own.
    case own
    /// Replicate's: predictions outlive the request, and are shown with their addresses.
    case replicate(ReplicateCall)
    /// SageMaker's: the body is the input, and the response is the output.
    case sageMaker

    /// The content of a JSON body.
    var content: RequestScan.Content {
        if case .sageMaker = self { .input } else { .envelope }
    }
}

/// How a client wants its response.
struct AnswerMode {
    /// What the client gets before the end.
    enum Stream {
        case none, events
        /// The output as plain text.
        case text
    }

    let stream: Stream
    let prefer: Preferences.Prefer
    var form: AnswerForm
    private let connection: Int?

    /// Reads a request's fields. `streams` says whether the model offers event streams.
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
            // Replicate's predictions outlive the request that starts them.
            prefer.waitSeconds = ReplicateAPI.waitSeconds(prefer)
            prefer.isAsynchronous = true
        case .sageMaker:
            let wantsText = Preferences.prefers("text/plain", over: "application/json", fields.accepted)
            stream = fields.acceptsEventStream ? .events : wantsText && streams() ? .text : .none
            form.isOutputAlone = true
            // These clients can't come back for the response.
            prefer = Preferences.Prefer(reading: [])
        }
        self.prefer = prefer
    }

    /// The mode of a client that waits for the result.
    init(waitingOn exchange: Exchange?) {
        stream = .none
        prefer = Preferences.Prefer(reading: [])
        form = AnswerForm()
        connection = exchange?.connectionNumber
    }

    /// The kind of follower whose departure cancels the prediction.
    var origin: FollowerKind? {
        stream != .none ? .eventStream : prefer.isAsynchronous ? nil : .answer
    }

    /// The connection that gets a response when the prediction has ended.
    var client: Int? { origin == nil ? nil : connection }
}
