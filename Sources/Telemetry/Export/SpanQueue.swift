/// Decides when spans are sent to the collector and which ones are dropped.
///
/// A value without a clock or a socket. Methods are named after what happened and return what to do. Only one batch is
/// in flight at a time. If more spans wait than the limit allows, further ones are dropped.
public struct SpanQueue: Sendable {
    /// The batching limits, as set by `OTEL_BSP_…`.
    public struct Limits: Equatable, Sendable {
        /// How long the first span of a batch waits for others.
        public var delay = Duration.seconds(5)
        /// The maximum number of spans that wait.
        public var queueSize = 2048
        /// The maximum number of spans per batch.
        public var batchSize = 512

        /// OpenTelemetry's defaults.
        public init() {}
    }

    /// The result of an attempt to send a batch.
    public enum Outcome: Equatable, Sendable {
        /// The collector has rejected so many of the spans.
        case delivered(rejected: Int)
        /// A retry may succeed; the collector may have said when to retry.
        case failed(retryAfter: Duration?)
        /// A retry would fail too.
        case refused
    }

    /// What to do now.
    public enum Action: Equatable, Sendable {
        case nothing
        /// Send these spans, then call ``sent(_:at:)``.
        case send([Span])
    }

    /// The maximum number of attempts per batch.
    static let attemptLimit = 5
    static let firstRetryDelay = Duration.seconds(1)
    static let longestRetryDelay = Duration.seconds(30)

    /// The number of spans that the collector has accepted.
    public private(set) var exportedCount = 0
    /// The number of spans dropped.
    public private(set) var droppedCount = 0
    /// When to call ``deadlinePassed(at:)``; nil for never.
    public private(set) var nextDeadline: Duration?

    private let limits: Limits
    private let spanLimits: Span.Limits
    private var waiting: [Span] = []
    /// The batch that is in flight or waits for a retry.
    private var batch: [Span] = []
    private var attempts = 0
    private var isSending = false
    private var isEnding = false

    /// Makes an empty queue.
    public init(_ limits: Limits, _ spanLimits: Span.Limits) {
        self.limits = limits
        self.spanLimits = spanLimits
    }

    /// Whether nothing is left to send.
    public var isEmpty: Bool { waiting.isEmpty && batch.isEmpty }

    /// A span has ended.
    public mutating func ended(_ span: Span, at now: Duration) -> Action {
        guard waiting.count + batch.count < limits.queueSize else {
            droppedCount += 1
            return .nothing
        }
        waiting.append(span.limited(spanLimits))
        guard batch.isEmpty else { return .nothing }
        if waiting.count >= limits.batchSize || isEnding { return sendNext() }
        if nextDeadline == nil { nextDeadline = now + limits.delay }
        return .nothing
    }

    /// The time given by ``nextDeadline`` has come.
    public mutating func deadlinePassed(at now: Duration) -> Action {
        guard let deadline = nextDeadline, deadline <= now, !isSending else { return .nothing }
        return sendNext()
    }

    /// An attempt to send a batch has ended.
    public mutating func sent(_ outcome: Outcome, at now: Duration) -> Action {
        guard isSending else { return .nothing }
        isSending = false
        if case .failed(let asked) = outcome, attempts < Self.attemptLimit, !isEnding {
            let delay = Self.firstRetryDelay * (1 << (attempts - 1))
            nextDeadline = now + min(max(asked ?? .zero, delay), Self.longestRetryDelay)
            return .nothing
        }
        let accepted = if case .delivered(let rejected) = outcome { max(0, batch.count - rejected) } else { 0 }
        exportedCount += accepted
        droppedCount += batch.count - accepted
        batch = []
        attempts = 0
        if waiting.count >= limits.batchSize || (isEnding && !waiting.isEmpty) { return sendNext() }
        nextDeadline = waiting.isEmpty ? nil : now + limits.delay
        return .nothing
    }

    /// The server is about to exit: everything that waits is sent now, once.
    public mutating func ending() -> Action {
        isEnding = true
        return isSending || isEmpty ? .nothing : sendNext()
    }

    private mutating func sendNext() -> Action {
        if batch.isEmpty {
            batch = Array(waiting.prefix(limits.batchSize))
            waiting.removeFirst(batch.count)
        }
        nextDeadline = nil
        isSending = true
        attempts += 1
        return .send(batch)
    }
}
