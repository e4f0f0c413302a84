/// Something that took a time, as it is sent to a collector.
public struct Span: Equatable, Sendable {
    /// What part it plays between processes; the raw value is OTLP's.
    public enum Kind: Int32, Sendable {
        case `internal` = 1
        case server = 2
        case client = 3
    }

    /// What is known besides.
    public struct Attribute: Equatable, Sendable {
        /// Its value.
        public enum Value: Equatable, Sendable {
            case text(String)
            case number(Int)
        }

        /// Its name.
        public let name: String
        /// Its value.
        public let value: Value

        /// An attribute.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// Something that happened meanwhile.
    public struct Event: Equatable, Sendable {
        /// What.
        public let name: String
        /// When, in nanoseconds since 1970.
        public let moment: Int
        /// What is known of it.
        public let attributes: [Attribute]

        /// An event.
        public init(_ name: String, at moment: Int, _ attributes: [Attribute] = []) {
            self.name = name
            self.moment = moment
            self.attributes = attributes
        }
    }

    /// What it is.
    public let name: String
    /// What part it plays between processes.
    public let kind: Kind
    /// The span as others know it.
    public let context: TraceContext
    /// The id of the span that it is a part of; 0 for none.
    public let parent: UInt64
    /// From when to when, in nanoseconds since 1970.
    public let time: Range<Int>
    /// What is known besides.
    public private(set) var attributes: [Attribute]
    /// What happened meanwhile.
    public private(set) var events: [Event]
    /// What went wrong; empty if the attributes say it all, nil if nothing did.
    public let error: String?
    /// What was left out.
    public private(set) var dropped = Dropped()

    /// How much was left out because of limits.
    public struct Dropped: Equatable, Sendable {
        /// How many attributes.
        public var attributes = 0
        /// How many events.
        public var events = 0
    }

    /// A span that has ended. The clock may have been set back meanwhile: it ends no earlier than it began.
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

    /// The same with no more than the limits allow.
    func limited(_ limits: Limits) -> Span {
        guard attributes.count > limits.attributes || events.count > limits.events else { return self }
        var span = self
        span.dropped.attributes = max(0, attributes.count - limits.attributes)
        span.dropped.events = max(0, events.count - limits.events)
        span.attributes = Array(attributes.prefix(limits.attributes))
        span.events = Array(events.prefix(limits.events))
        return span
    }

    /// How much a span may hold.
    public struct Limits: Equatable, Sendable {
        /// `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`.
        public var attributes = 128
        /// `OTEL_SPAN_EVENT_COUNT_LIMIT`.
        public var events = 128

        /// OpenTelemetry's defaults.
        public init() {}
    }
}
