/// Logs and metrics.
struct LogVariables: VariableSection {
    let title = "Logs and metrics"

    let modelMetrics = Variable(
        "COG_MODEL_METRICS", "`0`",
        "how many of the metrics that the model records [`/metrics` shows](metrics.md#the-models-metrics), at most `1000`"
    )
    let logLevel = Variable(
        "COG_LOG_LEVEL", "`info`",
        "`debug` (with a line for every response), `info`, `warning`, or `error`. It doesn't affect the `logs` of predictions"
    )
    let logFormat = Variable("LOG_FORMAT", "JSON lines", "`console`: plain text with control characters escaped")
    let modelOutput = Variable(
        "COG_MODEL_OUTPUT", "entries of the log", "`raw`: what the model prints goes to stderr unchanged")
    let noColor = Variable("NO_COLOR", "", "if it isn't empty, plain text has no colors")
    let kubernetes = Variable(
        "KUBERNETES_SERVICE_HOST", "", "if it is set, the file `/var/run/cog/ready` exists while a worker is ready")
    let temporaryFolder = Variable(
        "TMPDIR", "`/tmp`",
        "where the server creates its folder for temporary files. If it can't write there, it uses `/tmp`")
}
