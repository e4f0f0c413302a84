/// The field that carries a trace in addition to `traceparent`, if the operator has named one.
public struct TraceHeader: Equatable, Sendable {
    /// How its value is written.
    public enum Format: String, CaseIterable, Sendable {
        /// Like `traceparent`.
        case w3c
        /// `trace:span:parent:flags`.
        case jaeger
    }

    private static let reserved = ["authorization", "cookie", "host", "traceparent", "tracestate"]

    /// The field's name, in lower case.
    public let name: String
    /// How its value is written.
    public let format: Format

    /// Nil if the name isn't usable: it isn't a token (RFC 9110, section 5.6.2), or it already has another meaning.
    public init?(name: String, format: Format) {
        let lowered = name.lowercased()
        let isToken = !lowered.isEmpty && lowered.utf8.allSatisfy(Self.isTokenByte)
        guard isToken, !Self.reserved.contains(lowered) else { return nil }
        self.name = lowered
        self.format = format
    }

    /// Parses a value of the field; nil if it is malformed.
    public func read(_ value: some Sequence<UInt8>) -> TraceContext? {
        switch format {
        case .w3c: TraceContext(traceparent: value)
        case .jaeger: TraceContext(jaeger: value)
        }
    }

    /// The value for a context.
    public func value(_ context: TraceContext) -> String {
        switch format {
        case .w3c: context.traceparent
        case .jaeger: context.jaeger
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
