public import Telemetry

/// The sender of spans and metrics.
public struct Resource: Equatable, Sendable {
    /// The attributes of the resource.
    public let attributes: [Span.Attribute]
    /// The version of the instrumentation.
    public let version: String

    /// Makes a resource.
    public init(_ attributes: [(name: String, value: String)], version: String) {
        self.attributes = attributes.map { Span.Attribute($0.name, .text($0.value)) }
        self.version = version
    }
}
