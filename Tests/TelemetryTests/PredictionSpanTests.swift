import Metrics
import Testing

@testable import Telemetry

@Suite struct PredictionSpanTests {
    /// Collects what a tracer makes.
    private final class Collected {
        var spans: [Span] = []
        let tracer = Tracer(Sampler(.alwaysOn), header: nil, ids: SpanIDs(seed: (1, 2, 3, 4)))

        init() {
            tracer.onEnded = { [unowned self] in spans.append($0) }
        }

        subscript(_ name: String) -> Span? { spans.first { $0.name == name } }
    }

    private static func run(_ collected: Collected, _ body: (PredictionSpan) -> Void) {
        let request = collected.tracer.root(under: nil)
        let span = PredictionSpan(collected.tracer, of: request, isTraining: false, at: 10)
        span.validated(at: 11)
        span.answered(.sync)
        span.accepted("p", [], at: 12)
        span.slotTaken(3, at: 13)
        body(span)
    }

    @Test func partsLieInThePrediction() throws {
        let collected = Collected()
        Self.run(collected) { span in
            let call = span.dispatched(at: 14)
            #expect(call.trace == span.context.trace)
            span.reported(CallReport(call: 15..<18, conversion: 15..<16))
            span.returned(at: 19)
            span.ended("succeeded", nil, at: 20)
        }
        let prediction = try #require(collected["cog.prediction"])
        let execution = try #require(collected["cog.prediction.execute"])
        let call = try #require(collected["cog.prediction.invoke"])
        #expect(prediction.time == 10..<20)
        #expect(prediction.error == nil)
        #expect((execution.time, execution.parent) == (14..<19, prediction.context.span))
        #expect((call.time, call.parent) == (15..<18, execution.context.span))
        #expect(collected["cog.prediction.prepare_input"]?.parent == call.context.span)
        #expect(collected["cog.prediction.queue"]?.time == 12..<13)
        #expect(collected["cog.prediction.validate"]?.time == 10..<11)
    }

    /// A worker that dies says nothing: the server knows since when it had the prediction.
    @Test func deathOfAWorkerEndsWhatIsOpen() throws {
        let collected = Collected()
        Self.run(collected) { span in
            _ = span.dispatched(at: 14)
            span.ended("failed", "Worker crashed: signal", at: 20)
        }
        for name in ["cog.prediction.execute", "cog.prediction.invoke"] {
            #expect(try #require(collected[name]).error == "Worker crashed: signal")
            #expect(try #require(collected[name]).time == 14..<20)
        }
        #expect(
            collected["cog.prediction"]?.attributes.contains(.init("error.type", .text("prediction_failed"))) == true)
    }

    @Test func exceptionIsAnEventOfTheCall() throws {
        let collected = Collected()
        Self.run(collected) { span in
            _ = span.dispatched(at: 14)
            let failure = CallReport.Failure(type: "ValueError", message: "broken", traceback: "…")
            span.reported(CallReport(call: 15..<18, failure: failure))
            span.returned(at: 19)
            span.ended("failed", "broken", at: 20)
        }
        let call = try #require(collected["cog.prediction.invoke"])
        #expect(call.error == "broken")
        #expect(call.attributes.last == .init("error.type", .text("ValueError")))
        #expect(call.events.map(\.name) == ["exception"])
        #expect(collected["cog.prediction.execute"]?.error == nil)
    }

    /// A prediction whose batch has failed runs again, with separate spans each time.
    @Test func secondExecutionHasItsOwnSpans() {
        let collected = Collected()
        Self.run(collected) { span in
            let first = span.dispatched(at: 14)
            span.returned("the call has failed", at: 15)
            #expect(span.dispatched(at: 16).span != first.span)
            span.returned(at: 17)
            span.ended("succeeded", nil, at: 20)
        }
        let executions = collected.spans.filter { $0.name == "cog.prediction.execute" }
        #expect(executions.map(\.time) == [14..<15, 16..<17])
        #expect(executions.map(\.error) == ["the call has failed", nil])
    }

    @Test func predictionThatNeverHadASlotWaitedToTheEnd() {
        let collected = Collected()
        let span = PredictionSpan(collected.tracer, of: collected.tracer.root(under: nil), isTraining: true, at: 1)
        span.accepted("p", [], at: 2)
        span.ended("canceled", nil, at: 9)
        #expect(collected["cog.prediction.queue"]?.time == 2..<9)
        #expect(collected["cog.train"]?.attributes.contains(.init("error.type", .text("canceled"))) == true)
        #expect(collected.spans.count == 2)
    }

    /// Without spans, the caller's fields are passed on, and nothing is invented.
    @Test func linksTellWhatIsKnown() throws {
        let tracer = Tracer(Sampler(.parentAlwaysOff), header: TraceHeader(name: "x-t", format: .jaeger))
        let own = tracer.root(under: nil)
        #expect(TraceLinks().webhookFields.isEmpty)
        #expect(TraceLinks().modelFields(nil)?.isEmpty == true)
        let caller = TraceLinks(unrecorded: own, header: tracer.header)
        #expect(caller.webhookFields.map(\.name) == ["traceparent", "x-t"])
        #expect(caller.recorded == nil)
        #expect(TraceLinks(passing: []) == nil)
        let passed = try #require(TraceLinks(passing: [("traceparent", "x"), ("tracestate", "y")]))
        #expect(passed.webhookFields.map(\.value) == ["x", "y"])
        #expect(passed.modelFields(nil)?.map(\.value) == ["x", "y"])
    }
}
