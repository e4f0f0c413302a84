/// The spans of one setup, a trace of its own. Moments are nanoseconds since 1970.
public struct SetupSpan {
    private let tracer: Tracer
    private let context: TraceContext
    /// The context of what the worker does.
    public let predictor: TraceContext
    private let startedAt: Int
    private var report: CallReport?
    private var lines: [Span.Event] = []

    /// How many lines of the log are kept: more than usual limits let through, so that what is missing is counted.
    private static let lineLimit = 1024

    /// A setup begins.
    public init(_ tracer: Tracer, at moment: Int) {
        self.tracer = tracer
        context = tracer.root(under: nil)
        predictor = tracer.child(of: context)
        startedAt = moment
    }

    /// The worker has said when it has loaded the model and set it up.
    public mutating func reported(_ report: CallReport) {
        self.report = report
    }

    /// A line has come into its log.
    public mutating func logged(_ line: String, at moment: Int) {
        guard context.isSampled, lines.count < Self.lineLimit else { return }
        lines.append(Span.Event(CallerTags.cut(line, to: 1024), at: moment))
    }

    /// It has ended. `error` says what went wrong.
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
