/// Times and sizes.
struct LimitVariables: VariableSection {
    let title = "Limits"
    let introduction =
        "Times are in seconds and may have fractions unless noted. If a value is invalid, the log says so, and "
        + "the default applies."
    let remark =
        "A peer that sends or reads slowly must reach 1 KiB/s, averaged over 30 s, so that no "
        + "peer can hold a slot or memory forever. This applies to request bodies (408), to clients that read a "
        + "large response or an event stream (the connection is reset), to downloads, and to uploads of outputs (the "
        + "prediction fails). For a peer that is silent, the timeouts apply: those above for requests, 10 s for "
        + "downloads, 25 s for uploads, 120 s for clients that read nothing. A connection to another server, "
        + "including a proxy and TLS, must be established within 10 s, and a webhook must be answered within 30 s."

    let setupTimeout = Variable(
        "COG_SETUP_TIMEOUT", "none",
        "how many whole seconds `setup()` may take. After that the server kills the worker, and setup has failed")
    let predictionTimeout = Variable(
        "COG_PREDICTION_TIMEOUT", "none",
        "how long a prediction may take once it has a slot. After that the model is interrupted as by a cancel, and the "
            + "prediction fails with `timed out after N s`. `cog.yaml`: `predict_timeout`")
    let cancelGrace = Variable(
        "COG_CANCEL_GRACE", "`30`", "how long an interrupted model may continue before its process is replaced")
    let drainDelay = Variable(
        "COG_DRAIN_DELAY", "`0`",
        "how long the port stays open after SIGTERM, so that load balancers [notice](deployment.md#draining) before it "
            + "closes. `5` suits most")
    let shutdownGrace = Variable(
        "COG_SHUTDOWN_GRACE", "`15`, minus the drain delay",
        "how long running predictions have to finish at shutdown; webhooks get [10 s more](deployment.md#shutting-down)"
    )
    let headerTimeout = Variable(
        "COG_HEADER_TIMEOUT", "`30`",
        "how long a request's head may take to arrive. `0` means no limit, here and for the next two variables")
    let bodyTimeout = Variable("COG_BODY_TIMEOUT", "`60`", "the longest pause between two bytes of a request's body")
    let idleTimeout = Variable("COG_IDLE_TIMEOUT", "`75`", "how long a connection may be idle between two requests")
    let maxConnections = Variable(
        "COG_MAX_CONNECTIONS", "`10000`",
        "how many connections may be open. Further ones get 503. The limit is lower if the process may have too few "
            + "[open files](deployment.md#open-files)")
    let bodyLimit = Variable(
        "COG_BODY_LIMIT_BYTES", "100 MiB",
        "the largest request body, before and after decompression. A larger one gets 413. At most 2 GiB")
    let memoryBudget = Variable(
        "COG_MEMORY_BUDGET_BYTES", "a quarter of the memory",
        "how much request bodies and webhooks may hold together; see [Memory](deployment.md#memory)")
    let downloadLimit = Variable(
        "COG_DOWNLOAD_LIMIT_BYTES", "10 GiB",
        "the largest input file, downloaded or sent in a request, and what all [stored files](http.md#stored-files) may have together"
    )
}
