public import JSON
internal import Predictions

/// Numbers recorded by the model (`record_metric`), summed over all predictions.
///
/// A model chooses the names of its metrics, and may derive them from its input. So the number of names is limited;
/// values of further names are counted but not shown.
public struct ModelMetrics: Sendable {
    /// The values of one metric, one for each prediction that has recorded it.
    public struct Summary: Equatable, Sendable {
        /// The number of predictions that recorded it.
        public var count = 0
        /// The sum of its values at the ends of the predictions.
        public var sum = 0.0
    }

    /// The longest name to show.
    public static let nameLimitBytes = 128

    /// The maximum number of metrics to show; 0 turns them off.
    let limit: Int
    /// The summaries by name; dots separate the parts of a name.
    public private(set) var summaries: [ExactString: Summary] = [:]
    /// The number of values left out because there were too many names or the value wasn't a nonnegative number.
    public private(set) var dropped = 0

    /// Makes empty metrics.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Whether metrics are shown at all.
    public var isOn: Bool { limit > 0 }

    /// A prediction has ended with these metrics.
    mutating func add(_ metrics: MetricTree) {
        guard isOn, !metrics.isEmpty else { return }
        metrics.forEachNumber { name, value in add(name, value) }
    }

    /// A prediction has ended with this value.
    mutating func add(_ name: String, _ value: Double?) {
        let key = ExactString(name)
        // The sum of a summary must not decrease (OpenMetrics, section "Summary").
        guard let value, value.isFinite, value >= 0, name.utf8.count <= Self.nameLimitBytes,
            summaries[key] != nil || summaries.count < limit
        else {
            dropped += 1
            return
        }
        summaries[key, default: Summary()].count += 1
        summaries[key, default: Summary()].sum += value
    }
}
