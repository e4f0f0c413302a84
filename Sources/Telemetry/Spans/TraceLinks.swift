public import Metrics

/// The parts of a request's trace that go to webhooks and to the model.
///
/// Bound to the loop.
public final class TraceLinks {
    /// The spans of the prediction; nil if its trace isn't recorded.
    public let span: PredictionSpan?
    /// The context of the prediction; nil if tracing is off.
    public let context: TraceContext?
    /// Whether there is anything to pass on: a caller's trace, or spans.
    private let isTold: Bool
    /// Whether to inform the model that nobody records the trace.
    private let isUnrecorded: Bool
    private let passed: [(name: String, value: String)]
    private let header: TraceHeader?

    /// Tracing is off: the request's own fields are passed on unchanged. Nil if it has none.
    public init?(passing fields: [(name: String, value: String)]) {
        guard !fields.isEmpty else { return nil }
        passed = fields
        (span, context, header, isTold, isUnrecorded) = (nil, nil, nil, false, false)
    }

    /// Tracing is on, but the trace isn't recorded and has no caller, so it needs no id. All such predictions share
    /// this.
    public init() {
        (span, context, header, isTold, isUnrecorded, passed) = (nil, nil, nil, false, true, [])
    }

    /// Tracing is on, and the trace is recorded.
    public init(_ span: PredictionSpan, header: TraceHeader?) {
        self.span = span
        self.header = header
        (context, isTold, isUnrecorded, passed) = (span.context, true, false, [])
    }

    /// Tracing is on, but the caller's trace isn't recorded.
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

    /// The fields that webhooks carry. A trace that nobody records and nobody has sent isn't invented for them.
    public var webhookFields: [(name: String, value: String)] {
        guard let context else { return passed }
        guard isTold else { return [] }
        var fields = Self.fields(of: context)
        if let header { fields.append((header.name, header.value(context))) }
        return fields
    }

    /// The fields that the model gets; nil for nothing. An empty list means that nobody records the trace. `invocation`
    /// is the context of the call, if it is recorded.
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
