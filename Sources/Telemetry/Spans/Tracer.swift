internal import Metrics

/// Makes the server's spans. Bound to the loop; no I/O.
public final class Tracer {
    private let sampler: Sampler
    private var ids: SpanIDs
    /// The field that carries a trace in addition to `traceparent`.
    public let header: TraceHeader?
    /// Called with each finished span.
    public var onEnded: ((Span) -> Void)?

    /// A tracer.
    public convenience init(_ sampler: Sampler, header: TraceHeader?) {
        self.init(sampler, header: header, ids: SpanIDs())
    }

    init(_ sampler: Sampler, header: TraceHeader?, ids: SpanIDs) {
        self.sampler = sampler
        self.header = header
        self.ids = ids
    }

    /// The context of a new span that has no parent in this process. `parent` is its parent in another process.
    public func root(under parent: TraceContext?) -> TraceContext {
        let trace = parent?.trace ?? ids.trace()
        return TraceContext(
            trace: trace, span: ids.span(), isSampled: sampler.samples(trace, parent: parent), state: parent?.state)
    }

    /// The context of a new span whose parent is in this process.
    public func child(of parent: TraceContext) -> TraceContext {
        TraceContext(trace: parent.trace, span: ids.span(), isSampled: parent.isSampled, state: parent.state)
    }

    /// Reports a finished span. Spans of unrecorded traces are discarded.
    public func ended(_ span: Span) {
        if span.context.isSampled { onEnded?(span) }
    }
}

@available(*, unavailable)
extension Tracer: Sendable {}
