import Metrics

/// Every metric of `GET /metrics`, declared once. `make docs` generates `docs/metrics.md` from these declarations, and
/// a test compares the two.
///
/// `cog_runtime_…` are the names that the original proposes, except for `cog_runtime_slot_count`, which `promtool` rejects.
enum MetricCatalog {
    // MARK: - Predictions

    static let predictionCount = Metric(
        "cog_runtime_prediction_count_total", .counter, "Predictions that have ended.", labels: ["operation", "status"])
    static let rejected = Metric(
        "cog_runtime_prediction_rejected_total", .counter, "Requests for predictions that were refused.",
        labels: ["operation", "reason"])
    static let active = Metric(
        "cog_runtime_prediction_active", .gauge, "Predictions that have a slot.", labels: ["operation"])
    static let duration = Metric(
        "cog_runtime_prediction_duration_seconds", .histogram,
        "Time from the slot to the end, including downloads, streaming, and uploads.", labels: ["operation", "status"])
    static let queueTime = Metric(
        "cog_prediction_queue_seconds", .histogram, "Time from the arrival of a prediction to its slot.")
    static let firstOutput = Metric(
        "cog_prediction_first_output_seconds", .histogram,
        "Time from the slot to the first output that the server has; if nobody follows the prediction, this is the whole output."
    )
    static let batchSize = Metric(
        "cog_batch_size", .histogram, "Predictions per call of a batched model.")
    static let batchWait = Metric(
        "cog_batch_wait_seconds", .histogram, "Time that the first prediction of a batch waited for the call.")
    static let slots = Metric(
        "cog_runtime_slots", .gauge, "Slots of the workers that are ready: available or busy.", labels: ["state"])
    static let predictionsByStatus = Metric(
        "cog_predictions_total", .counter, "Predictions that have ended, by status.", labels: ["status"])
    static let running = Metric("cog_predictions_running", .gauge, "Predictions that are running.")
    static let queued = Metric("cog_predictions_queued", .gauge, "Predictions that are waiting for a slot.")
    static let slotCount = Metric("cog_slots", .gauge, "Predictions that can run at a time.")

    // MARK: - Requests

    static let requests = Metric(
        "cog_http_requests_total", .counter,
        "Responses that have been sent completely. The route is a known route or other.",
        labels: ["route", "method", "status"])
    static let requestSize = Metric(
        "cog_http_request_size_bytes", .histogram, "Size of request bodies as they were sent.", labels: ["route"])
    static let responseSize = Metric(
        "cog_http_response_size_bytes", .histogram, "Size of response bodies, including event streams.",
        labels: ["route"])
    static let connections = Metric("cog_connections", .gauge, "Open connections of clients.")

    // MARK: - Workers

    static let ready = Metric(
        "cog_ready", .gauge,
        "Whether the server accepts requests: 1 if /readyz is 200, regardless of the model's own check.")
    static let setupDuration = Metric(
        "cog_runtime_setup_duration_seconds", .histogram,
        "Time that setups took, including those of replacement workers.",
        labels: ["status"])
    static let workers = Metric("cog_workers", .gauge, "Workers in each state.", labels: ["state"])
    static let workerStarts = Metric("cog_worker_starts_total", .counter, "How many times a worker was started.")
    static let workerRestarts = Metric(
        "cog_worker_restarts_total", .counter, "Workers that were started to replace one that had ended.")
    static let workerDeaths = Metric(
        "cog_worker_deaths_total", .counter, "Workers that have died, by cause.", labels: ["cause"])
    static let workerReady = Metric(
        "cog_worker_ready", .gauge, "Whether the worker takes predictions.", labels: ["worker"])
    static let workerSlots = Metric(
        "cog_worker_slots", .gauge, "Predictions that the worker can run at a time.", labels: ["worker"])
    static let workerRunning = Metric(
        "cog_worker_predictions_running", .gauge, "Predictions that the worker is running.", labels: ["worker"])
    static let workerPredictions = Metric(
        "cog_worker_predictions_total", .counter, "Predictions that the worker has finished.", labels: ["worker"])

    // MARK: - Files and webhooks

    static let webhooks = Metric(
        "cog_webhooks_total", .counter, "Webhooks that were delivered or given up.",
        labels: ["event", "outcome"])
    static let webhookRetries = Metric(
        "cog_webhook_retries_total", .counter, "Failed attempts to deliver a terminal webhook that were retried.")
    static let webhooksWaiting = Metric(
        "cog_webhooks_waiting", .gauge, "Predictions with webhooks that are still to be delivered.")
    static let uploads = Metric(
        "cog_uploads_total", .counter, "Output files, by the outcome of their upload.", labels: ["outcome"])
    static let downloads = Metric(
        "cog_downloads_total", .counter, "Input files, by the outcome of their download.", labels: ["outcome"])

    // MARK: - Tracing

    static let spansExported = Metric(
        "cog_runtime_spans_exported_total", .counter, "Spans of the server that the collector has taken.")
    static let spansDropped = Metric(
        "cog_runtime_spans_dropped_total", .counter,
        "Spans of the server that are lost: too many waited, or the collector didn't take them.")

    // MARK: - The model's own

    static let model = Metric(
        "cog_model_metric", .summary,
        "Numbers that the model has recorded, with their values at the end of predictions.",
        labels: ["name"])
    static let modelDropped = Metric(
        "cog_model_metrics_dropped_total", .counter,
        "Recorded values that are missing because there were too many names or the value wasn't a number of at least 0."
    )

    // MARK: - The process

    static let memoryBudget = Metric(
        "cog_memory_budget_bytes", .gauge, "Memory that requests and webhooks may use.")
    static let memoryTaken = Metric(
        "cog_memory_taken_bytes", .gauge, "Memory that requests and webhooks use.", labels: ["by"])
    static let buildInfo = Metric(
        "cog_build_info", .gauge, "Versions of the server, the SDK, and Python; always 1.",
        labels: ["version", "sdk", "python"])
    static let processCPU = Metric(
        "process_cpu_seconds_total", .counter, "Processor time of the server, without its workers.")
    static let processOpenFiles = Metric("process_open_fds", .gauge, "Open files of the server.")
    static let processFileLimit = Metric("process_max_fds", .gauge, "How many files the server may have open.")
    static let processVirtualMemory = Metric(
        "process_virtual_memory_bytes", .gauge, "Size of the server's address space.")
    static let processResidentMemory = Metric(
        "process_resident_memory_bytes", .gauge, "Memory that the server uses, without its workers.")
    static let processStart = Metric(
        "process_start_time_seconds", .gauge, "When the server was started, in seconds since 1970.")

    /// Whether a metric is sent to a collector. Metrics that repeat others under an older name aren't, and neither are
    /// those of the process, which collectors get from the system.
    static func isSent(_ metric: Metric) -> Bool {
        let isDouble = [predictionsByStatus, running, slotCount, buildInfo].contains { $0.name == metric.name }
        return metric.name.hasPrefix("cog_") && !isDouble
    }

    /// A heading of the documentation and the metrics below it.
    struct Section {
        let title: String
        let metrics: [Metric]
    }

    static let sections = [
        Section(
            title: "Predictions",
            metrics: [
                predictionCount, rejected, active, duration, queueTime, firstOutput, batchSize, batchWait, slots,
                predictionsByStatus, running, queued, slotCount,
            ]),
        Section(title: "Requests", metrics: [requests, requestSize, responseSize, connections]),
        Section(
            title: "Workers",
            metrics: [
                ready, setupDuration, workers, workerStarts, workerRestarts, workerDeaths, workerReady, workerSlots,
                workerRunning, workerPredictions,
            ]),
        Section(
            title: "Files and webhooks", metrics: [webhooks, webhookRetries, webhooksWaiting, uploads, downloads]),
        Section(title: "Tracing", metrics: [spansExported, spansDropped]),
        Section(title: "The model's own", metrics: [model, modelDropped]),
        Section(
            title: "The process",
            metrics: [
                memoryBudget, memoryTaken, buildInfo, processCPU, processOpenFiles, processFileLimit,
                processVirtualMemory, processResidentMemory, processStart,
            ]),
    ]
}
