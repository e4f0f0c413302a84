import HTTPServer
import JSON
import Predictions
import Serving
import Telemetry
import Workers

/// The traces of requested predictions.
extension PredictionStarter {
    /// The span of a requested prediction; nil if its trace isn't recorded.
    func span(_ exchange: Exchange, isTraining: Bool) -> PredictionSpan? {
        guard let tracing, let request = tracing.context(of: RequestLabel(exchange.label)) else { return nil }
        return PredictionSpan(tracing.tracer, of: request, isTraining: isTraining, at: Clock.wall.nanoseconds)
    }

    /// The parts of the request's trace that a new prediction passes on; nil for none.
    func links(_ span: PredictionSpan?, _ head: RequestHead, _ fields: RequestFields) -> TraceLinks? {
        guard let tracing else { return TraceLinks(passing: fields.trace) }
        let header = tracing.tracer.header
        if let span { return TraceLinks(span, header: header) }
        // Skip the second pass over the fields, which most requests don't need.
        guard header != nil || !fields.trace.isEmpty, let caller = CallerTrace.context(head, header) else {
            return tracing.unrecorded
        }
        return TraceLinks(unrecorded: tracing.tracer.root(under: caller), header: header)
    }

    /// Records on the span of a refused prediction why it was refused. A request that couldn't be read has no
    /// prediction.
    static func refused(_ span: PredictionSpan, _ reason: Rejection, status: Int) {
        guard status != 400 else { return }
        let now = Clock.wall.nanoseconds
        span.validated(at: now)
        span.refused(reason.errorType, at: now)
    }

    /// Records the details of a prediction that is about to begin.
    static func accepted(_ span: PredictionSpan, _ id: String, _ envelope: PredictionRequest) {
        let now = Clock.wall.nanoseconds
        span.validated(at: now)
        var context: [(name: String, value: String)] = []
        envelope.context?.forEachMember { name, value in
            if let text = value.string { context.append((name, text)) }
        }
        span.accepted(id, CallerTags.attributes(of: context), at: now)
    }
}

extension AnswerMode {
    /// The name of the mode in spans.
    var responseMode: PredictionSpan.ResponseMode {
        switch stream {
        case .events, .text: .sse
        case .none: prefer.isAsynchronous ? .async : .sync
        }
    }
}

extension Rejection {
    /// The `error.type` of a span.
    fileprivate var errorType: String {
        switch self {
        case .invalidInput: "validation_error"
        case .notReady, .shuttingDown: "not_ready"
        default: rawValue
        }
    }
}
