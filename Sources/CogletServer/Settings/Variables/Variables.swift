/// What the operator can set: the environment variables and the flags of `python -m cog.server.http`, by the headings of their
/// documentation.
///
/// `docs/environment.md` is made from them by `make docs`, and a test compares the two.
enum Variables {
    static let running = RunningVariables()
    static let page = PageVariables()
    static let platforms = PlatformVariables()
    static let overload = OverloadVariables()
    static let workers = WorkerVariables()
    static let limits = LimitVariables()
    static let webhooks = WebhookVariables()
    static let access = AccessVariables()
    static let web = WebVariables()
    static let outgoing = OutgoingVariables()
    static let telemetry = TelemetryVariables()
    static let logs = LogVariables()

    /// As the documentation shows them.
    static let sections: [any VariableSection] = [
        running, page, platforms, overload, workers, limits, webhooks, access, web, outgoing, telemetry, logs,
    ]

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
