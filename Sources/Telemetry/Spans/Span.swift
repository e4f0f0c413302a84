/// A timed operation, in the form that is sent to a collector.
public struct Span: Equatable, Sendable {
    /// The role of a span between processes; the raw value is OTLP's.
    public enum Kind: Int32, Sendable {
        case `internal` = 1
        case server = 2
        case client = 3
    }

    /// A named piece of additional information.
    public struct Attribute: Equatable, Sendable {
        /// Its value.
        public enum Value: Equatable, Sendable {
            case text(String)
            case number(Int)
        }

        /// The name.
        public let name: String
        /// The value.
        public let value: Value

        /// Makes an attribute.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// Something that happened during the span.
    public struct Event: Equatable, Sendable {
        /// What happened.
        public let name: String
        /// When, in nanoseconds since 1970.
        public let moment: Int
        /// Additional information.
        public let attributes: [Attribute]

        /// Makes an event.
        public init(_ name: String, at moment: Int, _ attributes: [Attribute] = []) {
            self.name = name
            self.moment = moment
            self.attributes = attributes
        }
    }

    /// What the span covers.
    public let name: String
    /// The role of the span between processes.
    public let kind: Kind
    /// The span as other processes see it.
    public let context: TraceContext
    /// The id of the parent span; 0 for none.
    public let parent: UInt64
    /// The start and the end, in nanoseconds since 1970.
    public let time: Range<Int>
    /// Additional information.
    public private(set) var attributes: [Attribute]
    /// What happened during the span.
    public private(set) var events: [Event]
    /// What went wrong; empty if the attributes say it all, nil if nothing did.
    public let error: String?
    /// What was left out.
    public private(set) var dropped = Dropped()

    /// The amounts left out because of limits.
    public struct Dropped: Equatable, Sendable {
        /// The number of attributes left out.
        public var attributes = 0
        /// The number of events left out.
        public var events = 0
    }

    /// Makes a finished span. If the clock was set back in between, the span ends when it began.
    public init(
        _ name: String, _ kind: Kind = .internal, _ context: TraceContext, parent: UInt64, from start: Int, to end: Int,
        _ attributes: [Attribute] = [], events: [Event] = [], error: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        time = start..<max(start, end)
        self.attributes = attributes
        self.events = events
        self.error = error
    }

    /// The span, cut to the limits.
    func limited(_ limits: Limits) -> Span {
        guard attributes.count > limits.attributes || events.count > limits.events else { return self }
        var span = self
        span.dropped.attributes = max(0, attributes.count - limits.attributes)
        span.dropped.events = max(0, events.count - limits.events)
        span.attributes = Array(attributes.prefix(limits.attributes))
        span.events = Array(events.prefix(limits.events))
        return span
    }

    /// How much a span may contain.
    public struct Limits: Equatable, Sendable {
        /// `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`.
        public var attributes = 128
        /// `OTEL_SPAN_EVENT_COUNT_LIMIT`.
        public var events = 128

        /// OpenTelemetry's defaults.
        public init() {}
    }
}
