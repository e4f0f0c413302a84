public import Telemetry

/// Who sends spans and metrics.
public struct Resource: Equatable, Sendable {
    /// The attributes of the resource.
    public let attributes: [Span.Attribute]
    /// The version of what makes the spans.
    public let version: String

    /// A resource.
    public init(_ attributes: [(name: String, value: String)], version: String) {
        self.attributes = attributes.map { Span.Attribute($0.name, .text($0.value)) }
        self.version = version
    }
}
