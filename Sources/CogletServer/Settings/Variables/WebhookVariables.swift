/// Webhooks and event streams.
struct WebhookVariables: VariableSection {
    let title = "Webhooks and streams"

    let webhookInterval = Variable(
        "COG_THROTTLE_RESPONSE_INTERVAL", "`0.5`",
        "the shortest time between two [webhooks](http.md#webhooks) about output or logs of one prediction, in seconds")
    let webhookToken = Variable("WEBHOOK_AUTH_TOKEN", "", "the bearer token that webhooks carry")
    let streamHistory = Variable(
        "COG_STREAM_HISTORY_CAPACITY", "`16384`",
        "how many past events of a prediction a reader gets that connects late or reconnects, at most 32 MiB")
    let userAgent = Variable("COG_USER_AGENT", "`coglet/VERSION`", "the `user-agent` field of downloads")
}
