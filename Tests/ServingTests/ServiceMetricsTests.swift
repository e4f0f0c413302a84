import FileTransfer
import JSON
import Metrics
import Predictions
import Testing

@testable import Serving

/// What is counted of predictions.
@Suite struct ServiceMetricsTests {
    private func metrics(models: Int = 0) -> ServiceMetrics { ServiceMetrics(modelMetricLimit: models) }

    @Test func endings() {
        var metrics = metrics()
        metrics.ended(.succeeded, after: .seconds(1), of: nil)
        metrics.ended(.succeeded, after: .seconds(2), of: nil)
        metrics.ended(.canceled, after: .seconds(1), of: nil)
        #expect(metrics.durations.succeeded.count == 2)
        #expect(metrics.durations.canceled.count == 1)
        #expect(metrics.ended.succeeded == 2)
        #expect(metrics.ended.canceled == 1)
    }

    /// It counts, but has no time: none of it was spent on the model.
    @Test func predictionThatNeverHadASlot() {
        var metrics = metrics()
        metrics.ended(.failed, after: nil, of: nil)
        #expect(metrics.ended.failed == 1)
        #expect(metrics.durations.failed.count == 0)
    }

    @Test(arguments: Rejection.allCases)
    func rejections(reason: Rejection) {
        var metrics = metrics()
        metrics.rejected(reason)
        let counts = Array(zip(Rejection.allCases, metrics.rejections))
        #expect(counts.filter { $0.1 == 1 }.map(\.0) == [reason])
    }

    @Test(arguments: TransferOutcome.allCases)
    func transfers(outcome: TransferOutcome) {
        var metrics = metrics()
        metrics.uploaded(outcome)
        let counts = Array(zip(TransferOutcome.allCases, metrics.uploads))
        #expect(counts.filter { $0.1 == 1 }.map(\.0) == [outcome])
        #expect(metrics.downloads == [0, 0, 0])
    }

    @Test func batches() {
        var metrics = metrics()
        metrics.batchBegan(size: 3, after: .milliseconds(2))
        #expect(metrics.batchSizes.count == 1)
        #expect(metrics.batchWaits.count == 1)
    }
}

/// Metrics that the model records.
@Suite struct ModelMetricsTests {
    @Test func valuesAreAddedUp() {
        var metrics = ModelMetrics(limit: 2)
        metrics.add("a", 1.5)
        metrics.add("a", 2)
        #expect(metrics.summaries == ["a": .init(count: 2, sum: 3.5)])
        #expect(metrics.dropped == 0)
    }

    /// Names that look the same are different ones, and the first ones stay.
    @Test func numberOfNamesIsLimited() {
        var metrics = ModelMetrics(limit: 2)
        for name in ["e\u{301}", "\u{e9}", "c", "e\u{301}"] { metrics.add(name, 1) }
        #expect(metrics.summaries["e\u{301}"]?.count == 2)
        #expect(metrics.summaries["\u{e9}"]?.count == 1)
        #expect(metrics.summaries.count == 2)
        #expect(metrics.dropped == 1)
    }

    @Test(arguments: [nil, -0.1, .nan, .infinity] as [Double?])
    func whatCannotBeAddedUpIsDropped(value: Double?) {
        var metrics = ModelMetrics(limit: 2)
        metrics.add("a", value)
        #expect(metrics.summaries.isEmpty)
        #expect(metrics.dropped == 1)
    }

    @Test(arguments: [(128, 0), (129, 1)])
    func lengthOfNames(bytes: Int, dropped: Int) {
        var metrics = ModelMetrics(limit: 2)
        metrics.add(String(repeating: "x", count: bytes), 1)
        #expect(metrics.dropped == dropped)
    }
}
