import Metrics
import Testing

@testable import Telemetry

@Suite struct SpanQueueTests {
    private static func span(_ name: String = "s") -> Span {
        Span(
            name, .internal, TraceContext(trace: TraceID(high: 1, low: 1), span: 1, isSampled: true), parent: 0,
            from: 1, to: 2)
    }

    private static func queue(size: Int = 8, batch: Int = 4) -> SpanQueue {
        var limits = SpanQueue.Limits()
        (limits.queueSize, limits.batchSize, limits.delay) = (size, batch, .seconds(5))
        return SpanQueue(limits, Span.Limits())
    }

    private static func fill(_ queue: inout SpanQueue, _ count: Int, at now: Duration = .zero) {
        for _ in 0..<count { _ = queue.ended(span(), at: now) }
    }

    /// The first span sets the time; later ones don't move it.
    @Test func spansWaitForTheDelay() {
        var queue = Self.queue()
        Self.fill(&queue, 1, at: .seconds(1))
        Self.fill(&queue, 1, at: .seconds(3))
        #expect(queue.nextDeadline == .seconds(6))
        #expect(queue.deadlinePassed(at: .seconds(5)) == .nothing)
        #expect(queue.deadlinePassed(at: .seconds(6)) == .send([Self.span(), Self.span()]))
        #expect(queue.nextDeadline == nil)
    }

    @Test func fullBatchIsSentAtOnceAndOneAtATime() {
        var queue = Self.queue()
        Self.fill(&queue, 3)
        #expect(queue.ended(Self.span("last"), at: .zero) != .nothing)
        Self.fill(&queue, 3)
        #expect(queue.ended(Self.span(), at: .zero) == .nothing)
        #expect(queue.sent(.delivered(rejected: 0), at: .zero) == .send(Array(repeating: Self.span(), count: 4)))
        #expect(queue.sent(.delivered(rejected: 0), at: .zero) == .nothing)
        #expect(queue.exportedCount == 8)
        #expect(queue.isEmpty)
    }

    /// Spans being sent count too: a collector that never answers holds no more than the limit.
    @Test func spansBeyondTheLimitAreDroppedAndCounted() {
        var queue = Self.queue()
        Self.fill(&queue, 8)
        #expect(queue.droppedCount == 0)
        Self.fill(&queue, 3)
        #expect(queue.droppedCount == 3)
    }

    /// The pause doubles; what the collector asks for counts, up to a limit.
    @Test func failedBatchIsSentAgain() {
        var queue = Self.queue()
        Self.fill(&queue, 4)
        var now = Duration.seconds(10)
        let pauses: [(asked: Duration?, pause: Duration)] = [
            (nil, .seconds(1)), (.seconds(7), .seconds(7)), (.seconds(1000), .seconds(30)), (nil, .seconds(8)),
        ]
        for (asked, pause) in pauses {
            #expect(queue.sent(.failed(retryAfter: asked), at: now) == .nothing)
            #expect(queue.nextDeadline == now + pause)
            now += pause
            #expect(queue.deadlinePassed(at: now) == .send(Array(repeating: Self.span(), count: 4)))
        }
        #expect(queue.sent(.failed(retryAfter: nil), at: now) == .nothing)
        #expect(queue.droppedCount == 4)
        #expect(queue.isEmpty)
    }

    @Test func refusedBatchIsLost() {
        var queue = Self.queue()
        Self.fill(&queue, 5)
        #expect(queue.sent(.refused, at: .zero) == .nothing)
        #expect(queue.droppedCount == 4)
        #expect(queue.nextDeadline == .seconds(5))
    }

    /// At the end nothing waits: neither for a batch to fill, nor to be tried again.
    @Test func endSendsEverythingOnce() {
        var queue = Self.queue()
        Self.fill(&queue, 1)
        #expect(queue.ending() == .send([Self.span()]))
        #expect(queue.ended(Self.span("late"), at: .zero) == .nothing)
        #expect(queue.sent(.failed(retryAfter: nil), at: .zero) == .send([Self.span("late")]))
        #expect(queue.sent(.delivered(rejected: 0), at: .zero) == .nothing)
        #expect(queue.isEmpty)
        #expect((queue.droppedCount, queue.exportedCount) == (1, 1))
    }

    @Test func spansAreCutToTheirLimits() {
        var limits = Span.Limits()
        (limits.attributes, limits.events) = (1, 1)
        let long = Span(
            "s", .internal, TraceContext(trace: TraceID(high: 1, low: 1), span: 1, isSampled: true), parent: 0, from: 1,
            to: 0,
            [.init("a", .number(1)), .init("b", .number(2))],
            events: [.init("x", at: 1), .init("y", at: 2), .init("z", at: 3)])
        let cut = long.limited(limits)
        #expect(cut.attributes.map(\.name) == ["a"])
        #expect(cut.events.map(\.name) == ["x"])
        #expect(cut.dropped == Span.Dropped(attributes: 1, events: 2))
        #expect(cut.time == 1..<1)
    }
}
