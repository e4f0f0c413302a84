/// A destination for metric values: text, or a message to send.
public protocol MetricWriter {
    /// Takes a counter or a gauge, with a sample for each combination of label values.
    mutating func add(_ metric: Metric, _ samples: [Exposition.Sample])

    /// Takes histograms, one for each combination of label values.
    mutating func add(_ metric: Metric, _ histograms: [(labels: [String], histogram: Histogram)])

    /// Takes counts and sums, one pair for each combination of label values.
    mutating func add(_ metric: Metric, _ summaries: [(labels: [String], count: Int, sum: Double)])
}

extension MetricWriter {
    /// Takes a metric with one value.
    public mutating func add(_ metric: Metric, _ value: Int) {
        add(metric, [Exposition.Sample([], value)])
    }

    /// Takes a histogram without labels.
    public mutating func add(_ metric: Metric, _ histogram: Histogram) {
        add(metric, [(labels: [], histogram: histogram)])
    }
}
