/// A worker's report about one call of the model: its timing, and the exception it raised.
public struct CallReport: Equatable, Sendable {
    /// An exception, described by the attributes that the conventions define for its event.
    public struct Failure: Equatable, Sendable {
        let type: String
        let message: String
        let traceback: String

        /// An exception of this class.
        public init(type: String, message: String, traceback: String) {
            self.type = type
            self.message = message
            self.traceback = traceback
        }

        /// The event of a span.
        func event(at moment: Int) -> Span.Event {
            Span.Event(
                "exception", at: moment,
                [
                    .init("exception.type", .text(type)), .init("exception.message", .text(message)),
                    .init("exception.stacktrace", .text(traceback)),
                ])
        }
    }

    /// The time of the call including the conversion of its input, in nanoseconds since 1970.
    public let call: Range<Int>
    /// The time of the conversion alone; nil if there was none.
    public let conversion: Range<Int>?
    /// Nil if the call didn't raise.
    public let failure: Failure?

    /// A report.
    public init(call: Range<Int>, conversion: Range<Int>? = nil, failure: Failure? = nil) {
        self.call = call
        self.conversion = conversion
        self.failure = failure
    }
}
