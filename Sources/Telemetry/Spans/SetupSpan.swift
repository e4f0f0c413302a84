/// The spans of one setup, which is a trace of its own. Moments are in nanoseconds since 1970.
public struct SetupSpan {
    private let tracer: Tracer
    private let context: TraceContext
    /// The context for the worker's spans.
    public let predictor: TraceContext
    private let startedAt: Int
    private var report: CallReport?
    private var lines: [Span.Event] = []

    /// The number of log lines to keep. It exceeds the usual limits, so that dropped lines are counted.
    private static let lineLimit = 1024

    /// Setup begins.
    public init(_ tracer: Tracer, at moment: Int) {
        self.tracer = tracer
        context = tracer.root(under: nil)
        predictor = tracer.child(of: context)
        startedAt = moment
    }

    /// The worker has reported when it loaded the model and ran its setup.
    public mutating func reported(_ report: CallReport) {
        self.report = report
    }

    /// The log received a line.
    public mutating func logged(_ line: String, at moment: Int) {
        guard context.isSampled, lines.count < Self.lineLimit else { return }
        lines.append(Span.Event(CallerTags.cut(line, to: 1024), at: moment))
    }

    /// Setup has ended. `error` says what went wrong.
    public func ended(_ error: String?, at moment: Int) {
        guard context.isSampled else { return }
        let call = report?.call ?? startedAt..<max(startedAt, moment)
        let failure = report?.failure
        tracer.ended(
            Span(
                "cog.setup.predictor", .internal, predictor, parent: context.span, from: call.lowerBound,
                to: call.upperBound, failure.map { [.init("error.type", .text($0.type))] } ?? [],
                events: failure.map { [$0.event(at: call.upperBound)] } ?? [], error: failure?.message ?? error))
        tracer.ended(
            Span(
                "cog.setup", .internal, context, parent: 0, from: startedAt, to: moment,
                events: lines, error: error))
    }
}

@available(*, unavailable)
extension SetupSpan: Sendable {}
