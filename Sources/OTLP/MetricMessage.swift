internal import COTLP
internal import Metrics
internal import Telemetry

/// Metrics as OTLP's `ExportMetricsServiceRequest`.
public enum MetricMessage {
    /// AGGREGATION_TEMPORALITY_CUMULATIVE
    private static let cumulative: Int32 = 2

    /// The encoded message; callable on any thread. `time` is from the server's start until now, in nanoseconds since
    /// 1970.
    public static func bytes(_ snapshot: MetricSnapshot, of resource: Resource, time: Range<Int>) -> [UInt8] {
        var arena = MessageArena()
        let list = arena.array(snapshot.metrics.map { metric($0, $1, time, in: &arena) })
        let scope = arena.scope(version: resource.version)
        let ofScope = arena.make(otlp__scope_metrics__init) {
            $0.scope = scope
            ($0.n_metrics, $0.metrics) = (snapshot.metrics.count, list)
        }
        let scopes = arena.array([ofScope])
        let owner = arena.resource(resource.attributes)
        let ofResource = arena.make(otlp__resource_metrics__init) {
            $0.resource = owner
            ($0.n_scope_metrics, $0.scope_metrics) = (1, scopes)
        }
        let resources = arena.array([ofResource])
        let request = arena.make(otlp__metrics_request__init) {
            ($0.n_resource_metrics, $0.resource_metrics) = (1, resources)
        }
        return MessageArena.packed(request)
    }

    private static func metric(
        _ metric: Metric, _ values: MetricSnapshot.Values, _ time: Range<Int>, in arena: inout MessageArena
    ) -> UnsafeMutablePointer<Otlp__Metric>? {
        let instrument = Instrument(metric)
        let (name, unit, help) = (arena.text(instrument.name), arena.text(instrument.unit), arena.text(metric.help))
        let fill: (inout Otlp__Metric) -> Void
        switch values {
        case .samples(let samples):
            let points = arena.array(samples.map { point(metric, $0, time, in: &arena) })
            fill = numbers(points, samples.count, isCounter: metric.kind == .counter, in: &arena)
        case .histograms(let histograms):
            let points = arena.array(histograms.map { point(metric, $0, $1, time, in: &arena) })
            let data = arena.make(otlp__histogram__init) {
                ($0.n_data_points, $0.data_points) = (histograms.count, points)
                $0.aggregation_temporality = cumulative
            }
            fill = {
                $0.data_case = OTLP__METRIC__DATA_HISTOGRAM
                $0.histogram = data
            }
        case .summaries(let summaries):
            let points = arena.array(summaries.map { point(metric, $0, count: $1, sum: $2, time, in: &arena) })
            let data = arena.make(otlp__summary__init) {
                ($0.n_data_points, $0.data_points) = (summaries.count, points)
            }
            fill = {
                $0.data_case = OTLP__METRIC__DATA_SUMMARY
                $0.summary = data
            }
        }
        return arena.make(otlp__metric__init) {
            ($0.name, $0.unit, $0.description) = (name, unit, help)
            fill(&$0)
        }
    }

    private static func numbers(
        _ points: UnsafeMutablePointer<UnsafeMutablePointer<Otlp__NumberPoint>?>?, _ count: Int, isCounter: Bool,
        in arena: inout MessageArena
    ) -> (inout Otlp__Metric) -> Void {
        guard isCounter else {
            let data = arena.make(otlp__gauge__init) { ($0.n_data_points, $0.data_points) = (count, points) }
            return {
                $0.data_case = OTLP__METRIC__DATA_GAUGE
                $0.gauge = data
            }
        }
        let data = arena.make(otlp__sum__init) {
            ($0.n_data_points, $0.data_points) = (count, points)
            $0.aggregation_temporality = cumulative
            $0.is_monotonic = 1
        }
        return {
            $0.data_case = OTLP__METRIC__DATA_SUM
            $0.sum = data
        }
    }

    // MARK: - Points

    private static func attributes(_ metric: Metric, _ labels: [String]) -> [Span.Attribute] {
        zip(metric.labels, labels).map { Span.Attribute($0, .text($1)) }
    }

    private static func point(
        _ metric: Metric, _ sample: Exposition.Sample, _ time: Range<Int>, in arena: inout MessageArena
    ) -> UnsafeMutablePointer<Otlp__NumberPoint>? {
        let attributes = arena.attributes(attributes(metric, sample.labels))
        return arena.make(otlp__number_point__init) {
            if metric.kind == .counter { $0.start_time_unix_nano = UInt64(time.lowerBound) }
            $0.time_unix_nano = UInt64(time.upperBound)
            ($0.n_attributes, $0.attributes) = attributes
            if sample.value == sample.value.rounded(), abs(sample.value) < 0x1p53 {
                $0.value_case = OTLP__NUMBER_POINT__VALUE_AS_INT
                $0.as_int = Int64(sample.value)
            } else {
                $0.value_case = OTLP__NUMBER_POINT__VALUE_AS_DOUBLE
                $0.as_double = sample.value
            }
        }
    }

    private static func point(
        _ metric: Metric, _ labels: [String], _ histogram: Histogram, _ time: Range<Int>, in arena: inout MessageArena
    ) -> UnsafeMutablePointer<Otlp__HistogramPoint>? {
        let attributes = arena.attributes(attributes(metric, labels))
        let counts = arena.array(histogram.counts.map { UInt64($0) })
        let scale = histogram.buckets.scale
        let bounds = arena.array(histogram.buckets.bounds.map { Double($0) / scale })
        let known = histogram.exemplars.compactMap(\.self)
        let exemplars = arena.array(known.map { exemplar($0, scale, in: &arena) })
        return arena.make(otlp__histogram_point__init) {
            $0.start_time_unix_nano = UInt64(time.lowerBound)
            $0.time_unix_nano = UInt64(time.upperBound)
            ($0.n_attributes, $0.attributes) = attributes
            $0.count = UInt64(histogram.count)
            $0.sum_value_case = OTLP__HISTOGRAM_POINT__SUM_VALUE_SUM
            $0.sum = Double(histogram.sum) / scale
            ($0.n_bucket_counts, $0.bucket_counts) = (histogram.counts.count, counts)
            ($0.n_explicit_bounds, $0.explicit_bounds) = (histogram.buckets.bounds.count, bounds)
            ($0.n_exemplars, $0.exemplars) = (known.count, exemplars)
        }
    }

    private static func exemplar(
        _ exemplar: Histogram.Exemplar, _ scale: Double, in arena: inout MessageArena
    ) -> UnsafeMutablePointer<Otlp__Exemplar>? {
        let trace = arena.bytes(exemplar.trace.high, exemplar.trace.low)
        return arena.make(otlp__exemplar__init) {
            $0.time_unix_nano = UInt64(exemplar.moment)
            $0.value_case = OTLP__EXEMPLAR__VALUE_AS_DOUBLE
            $0.as_double = Double(exemplar.value) / scale
            $0.trace_id = trace
        }
    }

    private static func point(
        _ metric: Metric, _ labels: [String], count: Int, sum: Double, _ time: Range<Int>, in arena: inout MessageArena
    ) -> UnsafeMutablePointer<Otlp__SummaryPoint>? {
        let attributes = arena.attributes(attributes(metric, labels))
        return arena.make(otlp__summary_point__init) {
            $0.start_time_unix_nano = UInt64(time.lowerBound)
            $0.time_unix_nano = UInt64(time.upperBound)
            ($0.n_attributes, $0.attributes) = attributes
            ($0.count, $0.sum) = (UInt64(count), sum)
        }
    }
}
