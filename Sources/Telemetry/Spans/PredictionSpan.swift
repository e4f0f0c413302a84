/// The spans of one prediction whose trace is recorded. Methods are named after what happened; moments are in
/// nanoseconds since 1970.
///
/// Bound to the loop; no I/O. Spans are complete when they are handed over, so a worker that dies leaves none open.
public final class PredictionSpan {
    /// The way the prediction is answered.
    public enum ResponseMode: String, Sendable {
        case sync, async, sse
    }

    /// The context of the root span.
    public let context: TraceContext
    private let tracer: Tracer
    private let parent: UInt64
    private let isTraining: Bool
    private let startedAt: Int
    private var facts: [Span.Attribute] = []
    private var identity: [Span.Attribute] = []
    private var queuedAt: Int?
    private var fetchStartedAt: Int?
    private var execution: Execution?

    /// The call that the model is about to run or is running.
    private struct Execution {
        let context: TraceContext
        let invocation: TraceContext
        let startedAt: Int
        var report: CallReport?
    }

    /// A prediction was requested. `request` is the span of the HTTP request.
    public init(_ tracer: Tracer, of request: TraceContext, isTraining: Bool, at moment: Int) {
        self.tracer = tracer
        self.isTraining = isTraining
        context = tracer.child(of: request)
        parent = request.span
        startedAt = moment
    }

    // MARK: - Before it runs

    /// Its input was checked.
    public func validated(at moment: Int) {
        guard !isTraining else { return }
        part("cog.prediction.validate", from: startedAt, to: moment)
    }

    /// The client's response mode is known.
    public func answered(_ mode: ResponseMode) {
        facts = [.init("cog.prediction.response_mode", .text(mode.rawValue))]
    }

    /// The prediction was refused.
    public func refused(_ errorType: String, at moment: Int) {
        end(errorType, at: moment)
    }

    /// The prediction was accepted and waits for a slot. `tags` come from ``CallerTags``.
    public func accepted(_ id: String, _ tags: [Span.Attribute], at moment: Int) {
        identity = [.init("cog.prediction.id", .text(CallerTags.cut(id, to: 128)))]
        facts += tags
        queuedAt = moment
    }

    /// The prediction has a slot of a worker.
    public func slotTaken(_ worker: Int, at moment: Int) {
        identity = identity.prefix(1) + [.init("cog.slot.id", .text("\(worker)"))]
        guard let start = queuedAt else { return }
        queuedAt = nil
        part("cog.prediction.queue", from: start, to: moment)
    }

    /// The download of its input files has begun.
    public func fetchBegan(at moment: Int) {
        fetchStartedAt = moment
    }

    /// The files are here, or one of them couldn't be fetched.
    public func fetchEnded(_ error: String?, at moment: Int) {
        guard let start = fetchStartedAt else { return }
        fetchStartedAt = nil
        part("cog.prediction.fetch_input", .client, from: start, to: moment, error: error)
    }

    // MARK: - While the model has it

    /// The prediction is passed to the model. Returns the context that is current there.
    public func dispatched(at moment: Int) -> TraceContext {
        if let execution { end(execution, "the call of its batch has failed", at: moment) }
        let context = tracer.child(of: context)
        let started = Execution(context: context, invocation: tracer.child(of: context), startedAt: moment)
        execution = started
        return started.invocation
    }

    /// The worker has reported on the call.
    public func reported(_ report: CallReport) {
        execution?.report = report
    }

    /// The model's call has ended; `error` says why if it didn't end on its own.
    public func returned(_ error: String? = nil, at moment: Int) {
        if let execution { end(execution, error, at: moment) }
        execution = nil
    }

    private func end(_ execution: Execution, _ error: String?, at moment: Int) {
        tracer.ended(
            Span(
                name("execute"), .internal, execution.context, parent: context.span, from: execution.startedAt,
                to: moment, identity, error: error))
        let report = execution.report
        let failure = report?.failure
        var attributes = identity
        if let failure { attributes.append(.init("error.type", .text(failure.type))) }
        let call = report?.call ?? execution.startedAt..<max(execution.startedAt, moment)
        tracer.ended(
            Span(
                name("invoke"), .internal, execution.invocation, parent: execution.context.span,
                from: call.lowerBound, to: call.upperBound, attributes,
                events: failure.map { [$0.event(at: call.upperBound)] } ?? [], error: failure?.message ?? error))
        guard let conversion = report?.conversion else { return }
        tracer.ended(
            Span(
                name("prepare_input"), .internal, tracer.child(of: execution.invocation),
                parent: execution.invocation.span, from: conversion.lowerBound, to: conversion.upperBound))
    }

    // MARK: - What leaves the server

    /// A file of the output was uploaded, or the upload failed.
    public func uploaded(_ bytes: Int?, type: String, error: String?, from start: Int, at moment: Int) {
        var attributes: [Span.Attribute] = [.init("cog.output.mime_type", .text(type))]
        if let bytes { attributes.append(.init("cog.output.bytes", .number(bytes))) }
        part("cog.prediction.upload_output", .client, from: start, to: moment, attributes, error: error)
    }

    /// A webhook was sent, or sending failed. The last one may come after the end.
    public func webhookSent(isTerminal: Bool, status: Int?, error: String?, from start: Int, at moment: Int) {
        var attributes: [Span.Attribute] = [.init("cog.webhook.event", .text(isTerminal ? "completed" : "update"))]
        if let status { attributes.append(.init("http.response.status_code", .number(status))) }
        part("cog.prediction.webhook", .client, from: start, to: moment, attributes, error: error)
    }

    // MARK: - The end

    /// The prediction has ended. `error` says what went wrong, if known.
    public func ended(_ status: String, _ error: String?, at moment: Int) {
        if let start = queuedAt { part("cog.prediction.queue", from: start, to: moment) }
        fetchEnded(error ?? "", at: moment)
        returned(error ?? "", at: moment)
        facts.append(.init("cog.prediction.status", .text(status)))
        end(status == "succeeded" ? nil : status == "failed" ? "prediction_failed" : status, at: moment)
    }

    private func end(_ errorType: String?, at moment: Int) {
        if let errorType { facts.append(.init("error.type", .text(errorType))) }
        tracer.ended(
            Span(
                isTraining ? "cog.train" : "cog.prediction", .internal, context, parent: parent, from: startedAt,
                to: moment, identity + facts, error: errorType.map { _ in "" }))
    }

    private func name(_ part: String) -> String { (isTraining ? "cog.train." : "cog.prediction.") + part }

    private func part(
        _ name: String, _ kind: Span.Kind = .internal, from start: Int, to end: Int,
        _ attributes: [Span.Attribute] = [], error: String? = nil
    ) {
        tracer.ended(
            Span(
                name, kind, tracer.child(of: context), parent: context.span, from: start, to: end, attributes,
                error: error))
    }
}

@available(*, unavailable)
extension PredictionSpan: Sendable {}
