/// The declaration of one metric: everything about it but its values.
///
/// The documentation is made from declarations, and ``Exposition`` writes values only together with one.
public struct Metric: Sendable {
    /// What its values mean to Prometheus.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram, summary
    }

    /// The name in Prometheus's text format: that of a counter ends in `_total`.
    public let name: String
    /// What its values mean to Prometheus.
    public let kind: Kind
    /// What it measures, as one sentence without quotes and backslashes.
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

    /// The name of the family in OpenMetrics, where only the samples of a counter end in `_total`.
    public var family: String {
        kind == .counter && name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
    }

    /// The unit that the name ends in; nil for none.
    public var unit: String? { ["seconds", "bytes"].first { family.hasSuffix("_" + $0) } }
}
