public import JSON
internal import Predictions

/// Numbers that the model has recorded (`record_metric`), added up over all predictions.
///
/// A model chooses the names of its metrics, and may make them up from its input; so their number has a limit, and what comes
/// later is counted but not shown.
public struct ModelMetrics: Sendable {
    /// The values of one metric, one for each prediction that has recorded it.
    public struct Summary: Equatable, Sendable {
        /// How many predictions have recorded it.
        public var count = 0
        /// The sum of the values that it had at their ends.
        public var sum = 0.0
    }

    /// The longest name that is shown.
    public static let nameLimitBytes = 128

    /// How many metrics are shown at most; 0 switches them off.
    let limit: Int
    /// By name; parts of it are joined by dots.
    public private(set) var summaries: [ExactString: Summary] = [:]
    /// How many values are missing, because there were too many names, or it was no number from 0 on.
    public private(set) var dropped = 0

    /// Nothing is recorded yet.
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
        // The sum of a summary must not fall (OpenMetrics, section "Summary").
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
