import EventLoop
import FileTransfer
import HTTPServer
import JSON
import Metrics
import Predictions
import Serving
import WebhookDelivery
import Workers

/// The contents of `GET /metrics` at one moment.
struct MetricsReport {
    /// Facts that don't change while the server runs.
    struct Constants {
        /// `predict` or `train`.
        let operation: String
        /// The versions of the SDK and of Python.
        let versions: Settings.Versions
        /// The time at which the server was started.
        let startedAt = Clock.wall
    }

    let constants: Constants
    let status: Status
    let metrics: ServiceMetrics
    let http: HTTPMetrics?
    let memory: MemoryBudget
    let connections: Int
    let isReady: Bool
    /// The moment of the report.
    let moment = Clock.wall
    /// Nil if tracing is off.
    let spans: (exported: Int, dropped: Int)?

    /// The text in a format.
    func text(_ format: Exposition.Format) -> [UInt8] {
        var exposition = Exposition(format)
        write(to: &exposition)
        return exposition.finished()
    }

    /// Writes all metrics to `exposition`.
    func write(to exposition: inout some MetricWriter) {
        writePredictions(to: &exposition)
        writeSlots(to: &exposition)
        http?.write(to: &exposition)
        exposition.add(MetricCatalog.connections, connections)
        writeWorkers(to: &exposition)
        writeEachWorker(to: &exposition)
        writeTransfers(to: &exposition)
        writeModel(to: &exposition)
        exposition.add(MetricCatalog.spansExported, spans?.exported ?? 0)
        exposition.add(MetricCatalog.spansDropped, spans?.dropped ?? 0)
        writeProcess(to: &exposition)
    }

    // MARK: - Parts

    private func writePredictions(to exposition: inout some MetricWriter) {
        let operation = constants.operation
        let ended = metrics.ended
        let byStatus = [("succeeded", ended.succeeded), ("failed", ended.failed), ("canceled", ended.canceled)]
        exposition.add(MetricCatalog.predictionCount, byStatus.map { Exposition.Sample([operation, $0], $1) })
        exposition.add(
            MetricCatalog.rejected,
            zip(Rejection.allCases, metrics.rejections).map { Exposition.Sample([operation, $0.rawValue], $1) })
        exposition.add(MetricCatalog.active, [Exposition.Sample([operation], status.takenSlots)])
        exposition.add(
            MetricCatalog.duration,
            [
                (labels: [operation, "succeeded"], histogram: metrics.durations.succeeded),
                (labels: [operation, "failed"], histogram: metrics.durations.failed),
                (labels: [operation, "canceled"], histogram: metrics.durations.canceled),
            ])
        exposition.add(MetricCatalog.queueTime, metrics.queueTimes)
        exposition.add(MetricCatalog.firstOutput, metrics.firstOutputTimes)
        exposition.add(MetricCatalog.batchSize, metrics.batchSizes)
        exposition.add(MetricCatalog.batchWait, metrics.batchWaits)
        exposition.add(MetricCatalog.predictionsByStatus, byStatus.map { Exposition.Sample([$0], $1) })
    }

    private func writeSlots(to exposition: inout some MetricWriter) {
        let slots = status.workers.reduce(0) { $0 + $1.slots }
        exposition.add(
            MetricCatalog.slots,
            [Exposition.Sample(["available"], status.freeSlots), Exposition.Sample(["busy"], status.takenSlots)])
        exposition.add(MetricCatalog.running, status.takenSlots)
        exposition.add(MetricCatalog.queued, status.waiting)
        exposition.add(MetricCatalog.slotCount, slots)
    }

    private func writeWorkers(to exposition: inout some MetricWriter) {
        exposition.add(MetricCatalog.ready, isReady ? 1 : 0)
        exposition.add(
            MetricCatalog.setupDuration,
            [
                (labels: ["succeeded"], histogram: status.setupTimes.succeeded),
                (labels: ["failed"], histogram: status.setupTimes.failed),
            ])
        let states = status.workers.map { ShownState($0.status) }
        exposition.add(
            MetricCatalog.workers,
            ShownState.allCases.map { state in Exposition.Sample([state.rawValue], states.count { $0 == state }) })
        exposition.add(MetricCatalog.workerStarts, status.workerCounts.starts)
        exposition.add(MetricCatalog.workerRestarts, status.workerCounts.restarts)
        exposition.add(
            MetricCatalog.workerDeaths,
            DeathCertificate.Cause.allCases.map { Exposition.Sample([$0.rawValue], status.workerCounts.of($0)) })
    }

    private func writeEachWorker(to exposition: inout some MetricWriter) {
        func add(_ metric: Metric, _ value: (Status.Worker) -> Int) {
            exposition.add(metric, status.workers.map { Exposition.Sample(["\($0.status.index)"], value($0)) })
        }
        add(MetricCatalog.workerReady) { $0.slots > 0 ? 1 : 0 }
        add(MetricCatalog.workerSlots) { $0.slots }
        add(MetricCatalog.workerRunning) { $0.takenSlots }
        add(MetricCatalog.workerPredictions) { $0.status.predictions }
    }

    private func writeTransfers(to exposition: inout some MetricWriter) {
        let webhooks = status.webhooks
        exposition.add(
            MetricCatalog.webhooks,
            [
                Exposition.Sample(["update", "delivered"], webhooks.deliveredUpdates),
                Exposition.Sample(["update", "failed"], webhooks.lostUpdates),
                Exposition.Sample(["completed", "delivered"], webhooks.deliveredEnds),
                Exposition.Sample(["completed", "failed"], webhooks.lostEnds),
            ])
        exposition.add(MetricCatalog.webhookRetries, webhooks.retries)
        exposition.add(MetricCatalog.webhooksWaiting, status.webhooksWaiting)
        func add(_ metric: Metric, _ counts: [Int]) {
            exposition.add(metric, zip(TransferOutcome.allCases, counts).map { Exposition.Sample([$0.rawValue], $1) })
        }
        add(MetricCatalog.uploads, metrics.uploads)
        add(MetricCatalog.downloads, metrics.downloads)
    }

    private func writeModel(to exposition: inout some MetricWriter) {
        guard metrics.model.isOn else { return }
        let sorted = metrics.model.summaries.sorted { $0.key < $1.key }
        exposition.add(
            MetricCatalog.model, sorted.map { (labels: [$0.text], count: $1.count, sum: $1.sum) })
        exposition.add(MetricCatalog.modelDropped, metrics.model.dropped)
    }

    private func writeProcess(to exposition: inout some MetricWriter) {
        exposition.add(MetricCatalog.memoryBudget, memory.limitBytes)
        exposition.add(
            MetricCatalog.memoryTaken,
            [
                Exposition.Sample(["requests"], memory.requestBytes),
                Exposition.Sample(["webhooks"], memory.webhookBytes),
            ])
        let versions = constants.versions
        exposition.add(
            MetricCatalog.buildInfo, [Exposition.Sample([Coglet.version, versions.sdk, versions.python], 1)])
        ProcessFigures().write(to: &exposition, start: constants.startedAt.nanoseconds)
    }
}

/// The state of a worker, as shown by `cog_workers`.
private enum ShownState: String, CaseIterable {
    case starting, ready, ending, pausing, defunct
    case setupFailed = "setup_failed"
    case stopped

    init(_ worker: WorkerStatus) {
        self =
            switch worker.state {
            case .ready: .ready
            case .setupFailed: .setupFailed
            case .stopped: .stopped
            case _ where worker.isDefunct: .defunct
            case .idle, .waiting, .settingUp: .starting
            case .pausing: .pausing
            case .ending: .ending
            }
    }
}

@available(*, unavailable)
extension MetricsReport: Sendable {}
