/// Tracing, and variables of OpenTelemetry.
struct TelemetryVariables: VariableSection {
    let title = "Tracing"
    let introduction =
        "See [Tracing](tracing.md). `COG_…` variables come from the image; OpenTelemetry's variables override them."

    let traceConfigured = Variable(
        "COG_TRACE_CONFIGURED", "`0`", "`1`: the image wants traces. Without it, the rest of these has no effect")
    let traceEnabled = Variable("COG_TRACE_ENABLED", "`1`", "`0`: no traces at all")
    let telemetryDisabled = Variable("OTEL_SDK_DISABLED", "`false`", "`true`: the same, and no metrics are sent")
    let tracesExporter = Variable(
        "OTEL_TRACES_EXPORTER", "", "`none`: only what the image's `telemetry.py` sets up makes spans")
    let traceSampler = Variable(
        "COG_TRACE_SAMPLER", "`parentbased_always_off`",
        "`always_on`, `always_off`, `traceidratio`, or one of these behind `parentbased_`")
    let tracesSampler = Variable(
        "OTEL_TRACES_SAMPLER", "", "the same; it overrides the image's sampler and its argument")
    let traceSamplerArgument = Variable(
        "COG_TRACE_SAMPLER_ARG", "`1`", "the share of traces that a ratio sampler records, from `0` to `1`")
    let tracesSamplerArgument = Variable("OTEL_TRACES_SAMPLER_ARG", "", "the same; it overrides the image's")
    let traceHeader = Variable(
        "COG_TRACE_HEADER", "",
        "a field that carries a trace in requests without a valid `traceparent`, and in webhooks")
    let traceHeaderFormat = Variable(
        "COG_TRACE_HEADER_FORMAT", "`w3c`", "`jaeger`: its value is `trace:span:parent:flags`")
    let observabilityConfig = Variable(
        "COG_OBSERVABILITY_CONFIG", "", "where the image has its `telemetry.py`: `/.cog/telemetry.py`")
    let serviceName = Variable("OTEL_SERVICE_NAME", "`cog`", "the name of the service in traces and metrics")
    let resourceAttributes = Variable(
        "OTEL_RESOURCE_ATTRIBUTES", "",
        "more attributes of the service, as `name=value` between commas, percent-encoded")
    let exporterEndpoint = Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "", "the collector, such as `http://collector:4318`; `/v1/traces` is added")
    let tracesEndpoint = Variable(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "the whole address for spans; empty: none are sent")
    let metricsEndpoint = Variable(
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "", "the whole address for metrics; empty: none are sent")
    let exporterProtocol = Variable(
        "OTEL_EXPORTER_OTLP_PROTOCOL", "`http/protobuf`", "`http` means the same; others, `grpc` included, are refused")
    let tracesProtocol = Variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "", "the same for spans alone")
    let metricsProtocol = Variable("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "", "the same for metrics alone")
    let exporterHeaders = Variable(
        "OTEL_EXPORTER_OTLP_HEADERS", "", "fields of the requests to the collector, as `name=value` between commas")
    let tracesHeaders = Variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "", "the same for spans alone")
    let metricsHeaders = Variable("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "", "the same for metrics alone")
    let exporterTimeout = Variable(
        "OTEL_EXPORTER_OTLP_TIMEOUT", "`10000`", "how many milliseconds a request to the collector may take")
    let tracesTimeout = Variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "", "the same for spans alone")
    let metricsTimeout = Variable("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "", "the same for metrics alone")
    let spanDelay = Variable("OTEL_BSP_SCHEDULE_DELAY", "`5000`", "how many milliseconds spans wait for others")
    let spanQueueSize = Variable(
        "OTEL_BSP_MAX_QUEUE_SIZE", "`2048`", "the maximum number of spans that wait; others are dropped")
    let spanBatchSize = Variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "`512`", "the maximum number of spans per request")
    let spanAttributeLimit = Variable(
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "`128`", "the maximum number of attributes of a span")
    let spanEventLimit = Variable("OTEL_SPAN_EVENT_COUNT_LIMIT", "`128`", "the maximum number of events of a span")
    let metricsConfigured = Variable(
        "COG_METRICS_CONFIGURED", "`0`",
        "`1`: the image wants its metrics sent. Without it, they are sent if `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is set"
    )
    let metricsEnabled = Variable(
        "COG_METRICS_ENABLED", "`1`", "`0`: no metrics are sent; `/metrics` still shows them")
    let metricsExporter = Variable("OTEL_METRICS_EXPORTER", "", "`none`: the same")
    let metricInterval = Variable(
        "OTEL_METRIC_EXPORT_INTERVAL", "`60000`", "the time in milliseconds between two messages with metrics")
}
