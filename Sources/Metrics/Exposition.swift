/// Metrics as text for Prometheus.
public struct Exposition: MetricWriter {
    /// The format of the text.
    public enum Format: Sendable {
        /// Prometheus's own format, version 0.0.4.
        case text
        /// OpenMetrics 1.0, which has exemplars.
        case openMetrics
    }

    /// The values of a metric for some values of its labels.
    public struct Sample: Sendable {
        /// The values of the labels, in the order of the declaration.
        public let labels: [String]
        /// The value.
        public let value: Double

        /// A value with its label values in the order of the declaration.
        public init(_ labels: [String], _ value: Double) {
            self.labels = labels
            self.value = value
        }

        /// A whole number.
        public init(_ labels: [String], _ value: Int) {
            self.init(labels, Double(value))
        }
    }

    private let format: Format
    private var text = ""

    /// An empty text.
    public init(_ format: Format) {
        self.format = format
    }

    /// Adds a counter or a gauge. Leaves it out if there are no samples.
    public mutating func add(_ metric: Metric, _ samples: [Sample]) {
        precondition(metric.kind == .counter || metric.kind == .gauge)
        introduce(metric, unless: samples.isEmpty)
        for sample in samples { line(metric, "", sample.labels, sample.value) }
    }

    /// Adds histograms, one for each combination of label values.
    public mutating func add(_ metric: Metric, _ histograms: [(labels: [String], histogram: Histogram)]) {
        precondition(metric.kind == .histogram)
        introduce(metric, unless: histograms.isEmpty)
        for (labels, histogram) in histograms {
            var count = 0
            let scale = histogram.buckets.scale
            for (index, inBucket) in histogram.counts.enumerated() {
                count += inBucket
                let bounds = histogram.buckets.bounds
                let bound = index < bounds.count ? "\(Double(bounds[index]) / scale)" : "+Inf"
                line(metric, "_bucket", labels, Double(count), bound: bound, exemplar(histogram, index))
            }
            line(metric, "_sum", labels, Double(histogram.sum) / scale)
            line(metric, "_count", labels, Double(count))
        }
    }

    /// Adds counts and sums, one pair for each combination of label values.
    public mutating func add(_ metric: Metric, _ summaries: [(labels: [String], count: Int, sum: Double)]) {
        precondition(metric.kind == .summary)
        introduce(metric, unless: summaries.isEmpty)
        for summary in summaries {
            line(metric, "_sum", summary.labels, summary.sum)
            line(metric, "_count", summary.labels, Double(summary.count))
        }
    }

    /// The complete text; nothing can be added after this.
    public consuming func finished() -> [UInt8] {
        if format == .openMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    // MARK: - Lines

    private mutating func introduce(_ metric: Metric, unless isEmpty: Bool) {
        guard !isEmpty else { return }
        let name = format == .openMetrics ? metric.family : metric.name
        text += "# HELP \(name) \(metric.help)\n# TYPE \(name) \(metric.kind.rawValue)\n"
        if format == .openMetrics, let unit = metric.unit { text += "# UNIT \(name) \(unit)\n" }
    }

    private mutating func line(
        _ metric: Metric, _ suffix: String, _ labels: [String], _ value: Double, bound: String? = nil,
        _ exemplar: String = ""
    ) {
        precondition(labels.count == metric.labels.count, "\(metric.name) has other labels")
        var pairs = zip(metric.labels, labels).map { "\($0)=\"\(Self.escaped($1))\"" }
        if let bound { pairs.append("le=\"\(bound)\"") }
        text += metric.name + suffix
        if !pairs.isEmpty { text += "{" + pairs.joined(separator: ",") + "}" }
        text += " \(Self.number(value))\(exemplar)\n"
    }

    private func exemplar(_ histogram: Histogram, _ index: Int) -> String {
        guard format == .openMetrics, !histogram.exemplars.isEmpty, let exemplar = histogram.exemplars[index] else {
            return ""
        }
        let value = Self.number(Double(exemplar.value) / histogram.buckets.scale)
        let milliseconds = String(exemplar.moment / 1_000_000 % 1000 + 1000).dropFirst()
        return " # {trace_id=\"\(exemplar.trace.text)\"} \(value) \(exemplar.moment / 1_000_000_000).\(milliseconds)"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 10 }) else {
            return text
        }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 10: bytes += Array("\\n".utf8)
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
