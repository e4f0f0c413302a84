/// The declaration of a metric: everything except its values.
///
/// The documentation is generated from declarations, and ``Exposition`` writes values only together with one.
public struct Metric: Sendable {
    /// The type of a metric in Prometheus.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram, summary
    }

    /// The name in Prometheus's text format; the name of a counter ends in `_total`.
    public let name: String
    /// The type of the metric in Prometheus.
    public let kind: Kind
    /// What the metric measures, as one sentence without quotes and backslashes.
    public let help: String
    /// The names of its labels.
    public let labels: [String]

    /// Declares a metric.
    public init(_ name: String, _ kind: Kind, _ help: String, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// The name of the family in OpenMetrics, where only a counter's samples end in `_total`.
    public var family: String {
        kind == .counter && name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
    }

    /// The unit at the end of the name; nil if there is none.
    public var unit: String? { ["seconds", "bytes"].first { family.hasSuffix("_" + $0) } }
}
