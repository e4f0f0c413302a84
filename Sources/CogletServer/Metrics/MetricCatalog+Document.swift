import FileTransfer
import Metrics
import Serving

extension MetricCatalog {
    /// The text of `docs/metrics.md`.
    static var document: String {
        var text = """
            <!-- Made by `make docs` from Sources/CogletServer/Metrics. -->
            # Metrics

            `GET /metrics` answers in Prometheus's text format, and in OpenMetrics if the client prefers that. In OpenMetrics, the buckets of times \
            have exemplars: the trace id of a prediction whose request had a `traceparent` with the sampled flag.
            [What to alert on](deployment.md#what-to-alert-on) has rules.

            All figures are the server's own, and cost next to nothing: a request increments some integers, and the text is made when it is \
            asked for. They begin at 0 with each start of the server.

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

            The number of label values is bounded, whatever clients send and models do.

            | label | values |
            | --- | --- |
            | `operation` | `predict`, or `train` for `--x-mode train` |
            | `reason` | \(list(Rejection.allCases.map(\.rawValue))) |
            | `outcome` | \(list(TransferOutcome.allCases.map(\.rawValue))); of webhooks `delivered`, `failed` |
            | `cause` | what a worker has died of; see [causes](deployment.md#why-it-died) |
            | `route` | the path of a route with its placeholder, such as `/predictions/{prediction_id}`; `other` for all else |
            | `method` | `GET`, `HEAD`, `POST`, `PUT`, `OPTIONS`, `other` |
            | `event` | `completed` for the terminal webhook of a prediction, `update` for those before |
            | `name` | names that the model gives to `record_metric`, with dots; at most `COG_MODEL_METRICS` |

            ## The model's metrics

            `COG_MODEL_METRICS=20` shows the first 20 metrics that the model records with `record_metric`, as numbers over all predictions: \
            `rate(cog_model_metric_sum[5m]) / rate(cog_model_metric_count[5m])` is the average of a metric per prediction. What \
            counts is the value that a metric has at the end of a prediction. Texts, lists, numbers below 0, and names above the \
            limit or longer than 128 bytes are left out, and counted.

            """
    }

    private static func list(_ words: [String]) -> String {
        words.map { "`\($0)`" }.joined(separator: ", ")
    }
}
