public import Metrics

/// The values of metrics at one moment, to be sent.
public struct MetricSnapshot: MetricWriter, Sendable {
    /// The values of one metric.
    enum Values: Sendable {
        case samples([Exposition.Sample])
        case histograms([(labels: [String], histogram: Histogram)])
        case summaries([(labels: [String], count: Int, sum: Double)])
    }

    private(set) var metrics: [(metric: Metric, values: Values)] = []
    private let isWanted: @Sendable (Metric) -> Bool

    /// Makes an empty snapshot that ignores unwanted metrics.
    public init(isWanted: @escaping @Sendable (Metric) -> Bool) {
        self.isWanted = isWanted
    }

    /// Keeps a counter or a gauge.
    public mutating func add(_ metric: Metric, _ samples: [Exposition.Sample]) {
        if !samples.isEmpty, isWanted(metric) { metrics.append((metric, .samples(samples))) }
    }

    /// Keeps histograms.
    public mutating func add(_ metric: Metric, _ histograms: [(labels: [String], histogram: Histogram)]) {
        if !histograms.isEmpty, isWanted(metric) { metrics.append((metric, .histograms(histograms))) }
    }

    /// Keeps counts and sums.
    public mutating func add(_ metric: Metric, _ summaries: [(labels: [String], count: Int, sum: Double)]) {
        if !summaries.isEmpty, isWanted(metric) { metrics.append((metric, .summaries(summaries))) }
    }
}

/// The name and unit of a metric in OTLP.
struct Instrument: Equatable {
    let name: String
    let unit: String

    /// Dots separate the parts of the name, in the places where the original has them; the unit isn't part of the name.
    init(_ metric: Metric) {
        var name = metric.family
        if let unit = metric.unit { name = String(name.dropLast(unit.count + 1)) }
        let isRuntime = name.hasPrefix("cog_runtime_")
        if isRuntime {
            name = "cog.runtime." + name.dropFirst(12).replacing("_", with: ".")
        } else if name.hasPrefix("cog_") {
            name = "cog.runtime." + name.dropFirst(4)
        }
        // Prometheus's linter demands a different name.
        self.name = name == "cog.runtime.slots" ? "cog.runtime.slot.count" : name
        switch metric.unit {
        case "seconds": unit = "s"
        case "bytes": unit = "By"
        default:
            unit =
                name.hasPrefix("cog.runtime.prediction.")
                ? "{prediction}" : isRuntime && name.hasSuffix("slots") ? "{slot}" : "1"
        }
    }
}
