import FileTransfer
import Metrics
import Serving

extension MetricCatalog {
    /// The text of `docs/metrics.md`.
    static var document: String {
        var text = """
            <!-- Made by `make docs` from Sources/CogletServer/Metrics. -->
            # Metrics

            `GET /metrics` answers in Prometheus's text format, or in OpenMetrics if the client prefers it. In OpenMetrics, the buckets of times \
            have exemplars: the trace ID of a prediction whose request had a `traceparent` with the sampled flag.
            [What to alert on](deployment.md#what-to-alert-on) lists rules for alerts.

            All metrics are the server's own and cost almost nothing: a request increments some integers, and the text is made on \
            request. They start at 0 each time the server starts.

            """
        for section in sections {
            text += "\n## \(section.title)\n\n| metric | type | |\n| --- | --- | --- |\n"
            for metric in section.metrics {
                let labels = metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}"
                text += "| `\(metric.name)\(labels)` | \(metric.kind.rawValue) | \(metric.help) |\n"
            }
        }
        return text + """

            ## Labels

            The number of label values is limited, no matter what clients send or models do.

            | label | values |
            | --- | --- |
            | `operation` | `predict`, or `train` for `--x-mode train` |
            | `reason` | \(list(Rejection.allCases.map(\.rawValue))) |
            | `outcome` | \(list(TransferOutcome.allCases.map(\.rawValue))); of webhooks `delivered`, `failed` |
            | `cause` | why a worker died; see [causes](deployment.md#why-it-died) |
            | `route` | the path of a route with its placeholder, such as `/predictions/{prediction_id}`; `other` for everything else |
            | `method` | `GET`, `HEAD`, `POST`, `PUT`, `OPTIONS`, `other` |
            | `event` | `completed` for the terminal webhook of a prediction, `update` for earlier ones |
            | `name` | names that the model passes to `record_metric`, with dots; at most `COG_MODEL_METRICS` |

            ## The model's metrics

            `COG_MODEL_METRICS=20` shows the first 20 metrics that the model records with `record_metric`, as numbers over all predictions: \
            `rate(cog_model_metric_sum[5m]) / rate(cog_model_metric_count[5m])` is the average of a metric per prediction. The \
            value of a metric at the end of a prediction is used. Strings, lists, negative numbers, and names above the \
            limit or longer than 128 bytes are left out and counted.

            """
    }

    private static func list(_ words: [String]) -> String {
        words.map { "`\($0)`" }.joined(separator: ", ")
    }
}
