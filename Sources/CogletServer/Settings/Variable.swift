/// Something that the operator can set: an environment variable or a flag of `python -m cog.server.http`.
///
/// All of them are declared here. `docs/environment.md` is made from this file by `make docs`, and a test compares the two.
struct Variable {
    let name: String
    /// As the documentation shows it.
    let standard: String
    let text: String

    init(_ name: String, _ standard: String, _ text: String) {
        self.name = name
        self.standard = standard
        self.text = text
    }

    /// A heading of the documentation and what is below it.
    struct Section {
        let title: String
        var introduction = ""
        let variables: [Variable]
        /// The text below the table.
        var remark = ""
    }

    static let sections = [
        Section(
            title: "What runs",
            introduction:
                "A *worker* is a process that runs the model. A *slot* is its room for one prediction: a prediction takes a "
                + "slot when it starts and frees it when it ends.",
            variables: [
                Variable(
                    "COG_PREDICT_TYPE_STUB", "", "the model, such as `run.py:Runner`; images built by `cog` set it"),
                Variable(
                    "COG_TRAIN_TYPE_STUB", "", "the training that `--x-mode train` serves, such as `train.py:train`"),
                Variable("PORT", "`5000`", "the port to listen on. `0` lets the kernel choose one; the log names it"),
                Variable("COG_WEIGHTS", "", "the text that is passed to `setup(weights)`"),
                Variable(
                    "COGLET_BINARY", "the installed one",
                    "the path of the server's program, `coglet`; `coglet-worker` must be next to it"),
                maxConcurrency, workers, workerStart, standby,
                Variable(
                    "CUDA_VISIBLE_DEVICES", "all",
                    "the GPUs that this server may use. Several workers get equal shares of them"),
            ]),
        Section(
            title: "The page and proxies",
            introduction: "See [the page](playground.md).",
            variables: [docs, rootPath]),
        Section(
            title: "Platforms",
            introduction:
                "See [KServe](kserve.md), [SageMaker](sagemaker.md), and [Vertex AI](vertex-ai.md). The platforms set all but the first.",
            variables: [
                modelName, vertexPort, vertexHealth, vertexPredictions,
                Variable(
                    "SAGEMAKER_BIND_TO_PORT", "`8080`",
                    "the port to listen on when the server is started by `serve`, as SageMaker does"),
            ]),
        Section(
            title: "Overload",
            introduction:
                "A refused request gets `Retry-After`, so that clients and load balancers know when to try again.",
            variables: [queueLimit, queueTimeout, busyStatus]),
        Section(
            title: "Workers",
            introduction:
                "Each worker finds its number, counted from 0, in `COG_WORKER_INDEX`. Recycling a worker means replacing it with a "
                + "new one. This happens to one idle worker at a time, so no request fails.",
            variables: [
                workerMaxPredictions, workerMaxResidentBytes, maxWorkerFailures,
                Variable(
                    "COG_WORKER_POLLING", "`1`",
                    "`0`: a worker sleeps as soon as it has answered, instead of first looking for the next request for a "
                        + "moment"),
                Variable(
                    "GLIBC_TUNABLES", "`glibc.malloc.hugetlb=1` for forked workers",
                    "settings of the C library; the default makes [forks](forking.md) several times as fast"),
            ]),
        Section(
            title: "Limits",
            introduction:
                "Times are in seconds and may have fractions unless noted. If a value is invalid, the log says so, and "
                + "the default applies.",
            variables: [
                setupTimeout, predictionTimeout, cancelGrace, drainDelay, shutdownGrace, headerTimeout, bodyTimeout,
                idleTimeout,
                maxConnections, bodyLimit, memoryBudget, downloadLimit,
            ],
            remark:
                "A peer that sends or reads slowly must reach 1 KiB/s, averaged over 30 s, so that no "
                + "peer can hold a slot or memory forever. This applies to request bodies (408), to clients that read a "
                + "large response or an event stream (the connection is reset), to downloads, and to uploads of outputs (the "
                + "prediction fails). For a peer that is silent, the timeouts apply: those above for requests, 10 s for "
                + "downloads, 25 s for uploads, 120 s for clients that read nothing. A connection to another server, "
                + "including a proxy and TLS, must be established within 10 s, and a webhook must be answered within 30 s."
        ),
        Section(
            title: "Webhooks and streams",
            variables: [
                webhookInterval, webhookToken, streamHistory, userAgent,
            ]),
        Section(
            title: "Access",
            introduction: "See [Access](deployment.md#access).",
            variables: [apiKey]),
        Section(
            title: "Web pages and generated clients",
            introduction:
                "See [Web pages](http.md#other-web-pages) and [The document](http.md#the-document).",
            variables: [corsOrigins, openAPI]),
        Section(
            title: "Requests to other servers",
            introduction:
                "These apply to downloads, webhooks, and uploads. See [Requests to other servers](deployment.md#requests-to-other-servers).",
            variables: [
                allowPrivateAddresses,
                Variable(
                    "HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY", "",
                    "the proxy for http, for https, and for both; `http`, `https`, `socks4`, `socks4a`, `socks5`, or "
                        + "`socks5h`. If a name is set in upper and lower case, lower case wins"),
                Variable(
                    "NO_PROXY", "",
                    "hosts to reach without a proxy, separated by commas: `example.com` with everything below it, "
                        + "`10.0.0.0/8`, `example.com:8080`, or `*`"),
                Variable(
                    "REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE", "",
                    "a file or a folder with the certificate authorities that TLS trusts; the first one that is set applies"
                ),
                Variable(
                    "SSL_CERT_FILE`, `SSL_CERT_DIR", "the system's, otherwise those of `certifi`",
                    "the same, if neither of those is set"),
            ]),
        Section(
            title: "Tracing",
            introduction:
                "See [Tracing](tracing.md). `COG_…` variables come from the image; those of OpenTelemetry go before them.",
            variables: tracing),
        Section(
            title: "Logs and metrics",
            variables: [
                modelMetrics, logLevel, logFormat, modelOutput, noColor, kubernetes,
                Variable(
                    "TMPDIR", "`/tmp`",
                    "where the server creates its folder for temporary files. If it can't write there, it uses `/tmp`"),
            ]),
    ]

    // MARK: - Environment

    static let maxConcurrency = Variable(
        "COG_MAX_CONCURRENCY", "`1`, or what `@concurrent` sets",
        "how many predictions, or batches, each worker runs at a time. Above 1, the model must be asynchronous or "
            + "declared with `threads=True`")
    static let workers = Variable(
        "COG_WORKERS", "`1`",
        "how many processes run the model. `auto` means one for each GPU, at least one. A prediction goes to the worker with "
            + "the most free slots. `cog.yaml`: `concurrency.workers`")
    static let workerStart = Variable(
        "COG_WORKER_START", "`spawn`",
        "`fork`: workers are [forked](forking.md) from one that has run `setup()`. `fork-after-import`: from one that has "
            + "imported the model. `cog.yaml`: `concurrency.start`")
    static let standby = Variable(
        "COG_STANDBY", "`0`",
        "`1`: one more worker, the [standby](forking.md#standby), is set up in advance and takes the place of one that "
            + "dies")
    static let docs = Variable(
        "COG_DOCS", "`1`", "`0` turns off the [page](playground.md) at `/docs`, and `/` answers browsers with JSON")
    static let rootPath = Variable(
        "COG_ROOT_PATH", "",
        "the path below which clients see the server, such as `/models/a`. Requests are accepted with and without it, because "
            + "some proxies remove it. If it isn't set, a proxy's `X-Forwarded-Prefix` applies")
    static let modelName = Variable(
        "COG_MODEL_NAME", "`model`", "what KServe's routes call the model: letters, digits, dots, hyphens, underscores")
    static let vertexPort = Variable("AIP_HTTP_PORT", "", "the port to listen on; it counts before `PORT`")
    static let vertexHealth = Variable("AIP_HEALTH_ROUTE", "", "the path that is 200 while the model is ready")
    static let vertexPredictions = Variable(
        "AIP_PREDICT_ROUTE", "", "the path that takes Vertex AI's requests for predictions")
    static let queueLimit = Variable(
        "COG_QUEUE_LIMIT", "`0`",
        "how many requests may wait for a slot. The batch that a batched model gathers for each slot doesn't count. While a "
            + "worker restarts, at least as many requests as it has slots may wait")
    static let queueTimeout = Variable(
        "COG_QUEUE_TIMEOUT", "none", "how many seconds a request may wait for a slot before it is refused")
    static let busyStatus = Variable(
        "COG_BUSY_STATUS", "`409`", "the status of the response when no slot is free: `409`, `429`, or `503`")
    static let workerMaxPredictions = Variable(
        "COG_WORKER_MAX_PREDICTIONS", "none", "how many predictions a worker runs before it is recycled")
    static let workerMaxResidentBytes = Variable(
        "COG_WORKER_MAX_RSS_BYTES", "none", "how much memory a worker may hold after a prediction before it is recycled"
    )
    static let maxWorkerFailures = Variable(
        "COG_MAX_WORKER_FAILURES", "`8`",
        "after how many deaths in a row, before a worker is ready, the status is `DEFUNCT`; "
            + "[the server keeps trying](deployment.md#when-the-model-dies)")
    static let setupTimeout = Variable(
        "COG_SETUP_TIMEOUT", "none",
        "how many whole seconds `setup()` may take. After that the server kills the worker, and setup has failed")
    static let predictionTimeout = Variable(
        "COG_PREDICTION_TIMEOUT", "none",
        "how long a prediction may take once it has a slot. After that the model is interrupted as by a cancel, and the "
            + "prediction fails with `timed out after N s`. `cog.yaml`: `predict_timeout`")
    static let cancelGrace = Variable(
        "COG_CANCEL_GRACE", "`30`", "how long an interrupted model may continue before its process is replaced")
    static let drainDelay = Variable(
        "COG_DRAIN_DELAY", "`0`",
        "how long the port stays open after SIGTERM, so that load balancers [notice](deployment.md#draining) before it "
            + "closes. `5` suits most")
    static let shutdownGrace = Variable(
        "COG_SHUTDOWN_GRACE", "`15`, minus the drain delay",
        "how long running predictions have to finish at shutdown; webhooks get [10 s more](deployment.md#shutting-down)"
    )
    static let headerTimeout = Variable(
        "COG_HEADER_TIMEOUT", "`30`",
        "how long a request's head may take to arrive. `0` means no limit, here and for the next two variables")
    static let bodyTimeout = Variable(
        "COG_BODY_TIMEOUT", "`60`", "the longest pause between two bytes of a request's body")
    static let idleTimeout = Variable(
        "COG_IDLE_TIMEOUT", "`75`", "how long a connection may be idle between two requests")
    static let maxConnections = Variable(
        "COG_MAX_CONNECTIONS", "`10000`",
        "how many connections may be open. Further ones get 503. The limit is lower if the process may have too few "
            + "[open files](deployment.md#open-files)")
    static let bodyLimit = Variable(
        "COG_BODY_LIMIT_BYTES", "100 MiB",
        "the largest request body, before and after decompression. A larger one gets 413. At most 2 GiB")
    static let memoryBudget = Variable(
        "COG_MEMORY_BUDGET_BYTES", "a quarter of the memory",
        "how much request bodies and webhooks may hold together; see [Memory](deployment.md#memory)")
    static let downloadLimit = Variable(
        "COG_DOWNLOAD_LIMIT_BYTES", "10 GiB", "the largest input file, downloaded or sent in a request")
    static let webhookInterval = Variable(
        "COG_THROTTLE_RESPONSE_INTERVAL", "`0.5`",
        "the shortest time between two [webhooks](http.md#webhooks) about output or logs of one prediction, in seconds")
    static let webhookToken = Variable("WEBHOOK_AUTH_TOKEN", "", "the bearer token that webhooks carry")
    static let streamHistory = Variable(
        "COG_STREAM_HISTORY_CAPACITY", "`16384`",
        "how many past events of a prediction a reader gets that connects late or reconnects, at most 32 MiB")
    static let corsOrigins = Variable(
        "COG_CORS_ORIGINS", "none",
        "origins of web pages that may use the server, separated by commas, such as `https://example.com,http://localhost:3000`; "
            + "`null` is the origin of local files, `*` means all")
    static let apiKey = Variable(
        "COG_API_KEY", "none",
        "the key that requests must carry, or several, separated by commas. If the variable is set but contains no key, the "
            + "server doesn't start. The model's process doesn't see it")
    static let openAPI = Variable(
        "COG_OPENAPI", "`extended`",
        "`original`: `/openapi.json` contains only what the original's document contains")
    static let userAgent = Variable("COG_USER_AGENT", "`coglet/VERSION`", "the `user-agent` field of downloads")
    static let allowPrivateAddresses = Variable(
        "COG_ALLOW_PRIVATE_ADDRESSES", "`1`",
        "`0` refuses input files and webhooks at loopback, link-local, private, and reserved addresses")
    static let modelMetrics = Variable(
        "COG_MODEL_METRICS", "`0`",
        "how many of the metrics that the model records [`/metrics` shows](metrics.md#the-models-metrics), at most `1000`"
    )
    static let logLevel = Variable(
        "COG_LOG_LEVEL", "`info`",
        "`debug` (with a line for every response), `info`, `warning`, or `error`. It doesn't affect the `logs` of predictions"
    )
    static let logFormat = Variable(
        "LOG_FORMAT", "JSON lines", "`console`: plain text with control characters escaped")
    static let modelOutput = Variable(
        "COG_MODEL_OUTPUT", "entries of the log", "`raw`: what the model prints goes to stderr unchanged")
    static let noColor = Variable("NO_COLOR", "", "if it isn't empty, plain text has no colors")
    static let kubernetes = Variable(
        "KUBERNETES_SERVICE_HOST", "", "if it is set, the file `/var/run/cog/ready` exists while a worker is ready")

    // MARK: - Flags

    static let flags = [
        Variable("--host HOST", "", "the address or name to listen on (default `0.0.0.0`)"),
        Variable("--x-mode predict\\|train", "", "whether to serve predictions (the default) or trainings"),
        Variable(
            "--upload-url URL", "",
            "where output files are uploaded, instead of being part of the response. With an unusable URL, the server "
                + "doesn't start"),
        Variable(
            "--await-explicit-shutdown true\\|false", "",
            "SIGTERM is ignored. `POST /shutdown`, SIGINT, and SIGHUP end the server"),
        Variable(
            "serve", "", "not a flag but an argument: the server answers as a [SageMaker](sagemaker.md) container does"),
        Variable("--threads N", "", "accepted for old command lines; it has no effect"),
        Variable("-v`, `--version`, `-h`, `--help", "", "print the version or the help, and exit"),
    ]
}
