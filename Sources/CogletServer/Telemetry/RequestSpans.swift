import HTTPServer
import Predictions
import Telemetry
import Workers

/// The spans of requests that haven't been answered yet. Only those of recorded traces are kept.
///
/// Bound to the loop.
final class RequestSpans {
    /// Makes the spans.
    let tracer: Tracer
    /// What is passed on of a trace that nobody began and nobody records.
    let unrecorded = TraceLinks()
    private var open: [Open?] = []
    private var unused: [Int] = []

    private struct Open {
        let context: TraceContext
        let parent: UInt64
        let startedAt: Int
        let route: Route
        let method: HTTPMethod
    }

    init(_ tracer: Tracer) {
        self.tracer = tracer
    }

    /// The head of a request has arrived. Returns the number for its ``RequestLabel``.
    func began(_ head: RequestHead, _ route: Route) -> Int {
        let caller = CallerTrace.context(head, tracer.header)
        let context = tracer.root(under: caller)
        guard context.isSampled else { return 0 }
        let request = Open(
            context: context, parent: caller?.span ?? 0, startedAt: Clock.wall.nanoseconds, route: route,
            method: head.method)
        if let place = unused.popLast() {
            open[place] = request
            return place + 1
        }
        open.append(request)
        return open.count
    }

    /// The context of a request's span; nil if its trace isn't recorded.
    func context(of label: RequestLabel) -> TraceContext? {
        label.span == 0 ? nil : open[label.span - 1]?.context
    }

    /// A request was answered; without a status, its client disconnected first.
    func ended(_ label: RequestLabel, status: Int?) {
        guard label.span > 0, let request = open[label.span - 1] else { return }
        open[label.span - 1] = nil
        unused.append(label.span - 1)
        var attributes: [Span.Attribute] = [
            .init("http.request.method", .text(request.method.description)),
            .init("http.route", .text(request.route.path)),
        ]
        if let status { attributes.append(.init("http.response.status_code", .number(status))) }
        let error: String? = if let status { status >= 500 ? "" : nil } else { "the client disconnected" }
        tracer.ended(
            Span(
                "\(request.method.description) \(request.route.path)", .server, request.context,
                parent: request.parent, from: request.startedAt, to: Clock.wall.nanoseconds, attributes, error: error))
    }
}

@available(*, unavailable)
extension RequestSpans: Sendable {}
