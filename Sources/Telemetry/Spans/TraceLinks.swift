public import Metrics

/// What of a request's trace goes on to webhooks and to the model.
///
/// Bound to the loop.
public final class TraceLinks {
    /// The spans of the prediction; nil if its trace isn't recorded.
    public let span: PredictionSpan?
    /// The context of the prediction; nil while tracing is off.
    public let context: TraceContext?
    /// Whether there is something to tell others: a caller's trace, or spans.
    private let isTold: Bool
    /// Whether the model is told that nobody records the trace.
    private let isUnrecorded: Bool
    private let passed: [(name: String, value: String)]
    private let header: TraceHeader?

    /// Tracing is off: the request's own fields go on as they are. Nil if it has none.
    public init?(passing fields: [(name: String, value: String)]) {
        guard !fields.isEmpty else { return nil }
        passed = fields
        (span, context, header, isTold, isUnrecorded) = (nil, nil, nil, false, false)
    }

    /// Tracing is on, but the trace isn't recorded, and it has no caller, so that it needs no name. The same for all such
    /// predictions.
    public init() {
        (span, context, header, isTold, isUnrecorded, passed) = (nil, nil, nil, false, true, [])
    }

    /// Tracing is on, and the trace is recorded.
    public init(_ span: PredictionSpan, header: TraceHeader?) {
        self.span = span
        self.header = header
        (context, isTold, isUnrecorded, passed) = (span.context, true, false, [])
    }

    /// Tracing is on, but the trace of a caller isn't recorded.
    public init(unrecorded context: TraceContext, header: TraceHeader?) {
        self.context = context
        self.header = header
        (span, isTold, isUnrecorded, passed) = (nil, true, false, [])
    }

    /// The trace, if somebody records it.
    public var recorded: TraceID? {
        let known =
            context
            ?? passed.first { $0.name == "traceparent" }.flatMap { TraceContext(traceparent: $0.value.utf8) }
        return known.flatMap { $0.isSampled ? $0.trace : nil }
    }

    /// What webhooks carry. A trace that nobody records and nobody has sent isn't made up for them.
    public var webhookFields: [(name: String, value: String)] {
        guard let context else { return passed }
        guard isTold else { return [] }
        var fields = Self.fields(of: context)
        if let header { fields.append((header.name, header.value(context))) }
        return fields
    }

    /// What the model is told; nil for nothing. No fields say that nobody records the trace. `invocation` is the context of its
    /// call, if that is recorded.
    public func modelFields(_ invocation: TraceContext?) -> [(name: String, value: String)]? {
        guard let context = invocation ?? context else { return isUnrecorded || !passed.isEmpty ? passed : nil }
        return Self.fields(of: context)
    }

    private static func fields(of context: TraceContext) -> [(name: String, value: String)] {
        var fields = [(name: "traceparent", value: context.traceparent)]
        if let state = context.state { fields.append(("tracestate", state)) }
        return fields
    }
}

@available(*, unavailable)
extension TraceLinks: Sendable {}
