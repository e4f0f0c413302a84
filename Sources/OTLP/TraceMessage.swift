internal import COTLP
internal import Metrics
public import Telemetry

/// Spans as OTLP's `ExportTraceServiceRequest`.
public enum TraceMessage {
    /// The encoded message; callable on any thread.
    public static func bytes(_ spans: [Span], of resource: Resource) -> [UInt8] {
        var arena = MessageArena()
        let list = arena.array(spans.map { span($0, in: &arena) })
        let scope = arena.scope(version: resource.version)
        let ofScope = arena.make(otlp__scope_spans__init) {
            $0.scope = scope
            ($0.n_spans, $0.spans) = (spans.count, list)
        }
        let scopes = arena.array([ofScope])
        let owner = arena.resource(resource.attributes)
        let ofResource = arena.make(otlp__resource_spans__init) {
            $0.resource = owner
            ($0.n_scope_spans, $0.scope_spans) = (1, scopes)
        }
        let resources = arena.array([ofResource])
        let request = arena.make(otlp__trace_request__init) {
            ($0.n_resource_spans, $0.resource_spans) = (1, resources)
        }
        return MessageArena.packed(request)
    }

    private static func span(_ span: Span, in arena: inout MessageArena) -> UnsafeMutablePointer<Otlp__Span>? {
        let context = span.context
        let (trace, id) = (arena.bytes(context.trace.high, context.trace.low), arena.bytes(context.span))
        let parent = span.parent == 0 ? ProtobufCBinaryData() : arena.bytes(span.parent)
        let (name, state) = (arena.text(span.name), context.state.flatMap { arena.text($0) })
        let attributes = arena.attributes(span.attributes)
        let events = arena.array(span.events.map { event($0, in: &arena) })
        let message = span.error.flatMap { $0.isEmpty ? nil : arena.text($0) }
        let status =
            span.error == nil
            ? nil
            : arena.make(otlp__status__init) {
                $0.code = 2  // STATUS_CODE_ERROR
                if let message { $0.message = message }
            }
        return arena.make(otlp__span__init) {
            ($0.trace_id, $0.span_id, $0.parent_span_id) = (trace, id, parent)
            if let state { $0.trace_state = state }
            $0.name = name
            $0.kind = span.kind.rawValue
            $0.start_time_unix_nano = UInt64(max(0, span.time.lowerBound))
            $0.end_time_unix_nano = UInt64(max(0, span.time.upperBound))
            ($0.n_attributes, $0.attributes) = attributes
            $0.dropped_attributes_count = UInt32(clamping: span.dropped.attributes)
            ($0.n_events, $0.events) = (span.events.count, events)
            $0.dropped_events_count = UInt32(clamping: span.dropped.events)
            $0.status = status
            $0.flags = 1
        }
    }

    private static func event(_ event: Span.Event, in arena: inout MessageArena) -> UnsafeMutablePointer<Otlp__Event>? {
        let (name, attributes) = (arena.text(event.name), arena.attributes(event.attributes))
        return arena.make(otlp__event__init) {
            $0.time_unix_nano = UInt64(max(0, event.moment))
            $0.name = name
            ($0.n_attributes, $0.attributes) = attributes
        }
    }
}
