import Testing

@testable import Metrics

/// The text that Prometheus reads.
@Suite struct Text {
    private let requests = Metric("requests_total", .counter, "Requests.", labels: ["route", "status"])
    private let time = Metric("time_seconds", .histogram, "Time.", labels: ["status"])
    private let trace = TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c)

    private func text(_ format: Exposition.Format, _ add: (inout Exposition) -> Void) -> [String] {
        var exposition = Exposition(format)
        add(&exposition)
        return String(decoding: exposition.finished(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func counterWithLabels() {
        let lines = text(.text) { $0.add(requests, [.init(["/", "200"], 3), .init(["/a\"\\\nb", "404"], 1)]) }
        #expect(
            lines == [
                "# HELP requests_total Requests.", "# TYPE requests_total counter",
                #"requests_total{route="/",status="200"} 3"#,
                #"requests_total{route="/a\"\\\nb",status="404"} 1"#,
            ])
    }

    /// In OpenMetrics a counter's family has no suffix, and the text has an end.
    @Test func counterInOpenMetrics() {
        let lines = text(.openMetrics) {
            $0.add(Metric("cpu_seconds_total", .counter, "Time."), [.init([], 1.5)])
        }
        #expect(
            lines == [
                "# HELP cpu_seconds Time.", "# TYPE cpu_seconds counter", "# UNIT cpu_seconds seconds",
                "cpu_seconds_total 1.5", "# EOF",
            ])
    }

    @Test func metricsWithoutSamplesAreLeftOut() {
        #expect(text(.text) { $0.add(requests, [Exposition.Sample]()) }.isEmpty)
    }

    @Test func histogramCountsUpwards() {
        var histogram = Histogram(.milliseconds([10, 1000]))
        for time in [5, 10, 11, 1000, 5000] { histogram.record(.milliseconds(time)) }
        #expect(histogram.count == 5)
        #expect(
            text(.text) { $0.add(time, [(labels: ["failed"], histogram: histogram)]) } == [
                "# HELP time_seconds Time.", "# TYPE time_seconds histogram",
                #"time_seconds_bucket{status="failed",le="0.01"} 2"#,
                #"time_seconds_bucket{status="failed",le="1.0"} 4"#,
                #"time_seconds_bucket{status="failed",le="+Inf"} 5"#,
                #"time_seconds_sum{status="failed"} 6.026"#,
                #"time_seconds_count{status="failed"} 5"#,
            ])
    }

    /// Exemplars follow the bucket of their value, and only OpenMetrics has them.
    @Test func exemplars() {
        var histogram = Histogram(.whole([10]))
        histogram.record(3)
        histogram.record(11, of: trace, at: 1_700_000_000_042_000_000)
        let metric = Metric("size_bytes", .histogram, "Size.")
        let bucket = #"size_bytes_bucket{le="+Inf"} 2"#
        let exemplar = #" # {trace_id="0af7651916cd43dd8448eb211c80319c"} 11 1700000000.042"#
        #expect(text(.openMetrics) { $0.add(metric, histogram) }.contains(bucket + exemplar))
        #expect(text(.openMetrics) { $0.add(metric, histogram) }.contains(#"size_bytes_bucket{le="10.0"} 1"#))
        #expect(text(.text) { $0.add(metric, histogram) }.contains(bucket))
    }

    @Test(arguments: [
        (1.0, "1"), (-2.0, "-2"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        (1e300, "1e+300"),
    ])
    func numbers(value: Double, shown: String) {
        #expect(text(.text) { $0.add(Metric("a", .gauge, "A."), [.init([], value)]) }.last == "a \(shown)")
    }

    @Test func summary() {
        let metric = Metric("a", .summary, "A.", labels: ["name"])
        #expect(
            text(.text) { $0.add(metric, [(labels: ["x"], count: 2, sum: 2.5)]) }.suffix(2) == [
                #"a_sum{name="x"} 2.5"#, #"a_count{name="x"} 2"#,
            ])
    }
}
