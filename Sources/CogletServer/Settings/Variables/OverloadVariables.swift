/// What happens to requests when all slots are taken.
struct OverloadVariables: VariableSection {
    let title = "Overload"
    let introduction =
        "A refused request gets `Retry-After`, so that clients and load balancers know when to try again."

    let queueLimit = Variable(
        "COG_QUEUE_LIMIT", "`0`",
        "how many requests may wait for a slot. The batch that a batched model gathers for each slot doesn't count. While a "
            + "worker restarts, at least as many requests as it has slots may wait")
    let queueTimeout = Variable(
        "COG_QUEUE_TIMEOUT", "none", "how many seconds a request may wait for a slot before it is refused")
    let busyStatus = Variable(
        "COG_BUSY_STATUS", "`409`", "the status of the response when no slot is free: `409`, `429`, or `503`")
}
