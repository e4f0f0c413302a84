/// Takes the values of metrics: to show them as text, or to send them somewhere.
public protocol MetricWriter {
    /// Takes a counter or a gauge, for each value of its labels.
    mutating func add(_ metric: Metric, _ samples: [Exposition.Sample])

    /// Takes histograms, one for each value of the labels.
    mutating func add(_ metric: Metric, _ histograms: [(labels: [String], histogram: Histogram)])

    /// Takes how many values there were and their sum, for each value of the labels.
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
