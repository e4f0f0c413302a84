import EventLoop
import FileTransfer
import Glibc
import HTTPServer
import Predictions
import WebhookDelivery

/// Puts the parts together, and takes them down again in order.
///
/// Ending goes in steps: no new connections; running predictions finish; the worker ends; the last webhooks go out. The
/// first two share the limit `COG_SHUTDOWN_GRACE`, the worker has ``workerGrace``, the webhooks ``webhookGrace``.
final class Application {
    static let workerGrace = Duration.seconds(5)
    static let webhookGrace = Duration.seconds(10)

    private let loop: EventLoop
    private let options: ServerOptions
    private let log: Log
    private let supervisor: Supervisor
    private let service: PredictionService
    private var server: HTTPServer?
    private var router: Router?
    private var signals: [SignalSource] = []
    private var reaper: OrphanReaper?
    private var isShuttingDown = false
    private var isWorkerAsked = false
    private var endsBySignal = false

    init(options: ServerOptions) throws(EventLoopError) {
        self.options = options
        loop = try EventLoop()
        log = try Log(
            on: loop, level: LogLevel(reading: environment("COG_LOG_LEVEL")),
            isConsole: environment("LOG_FORMAT") == "console")
        supervisor = Supervisor(on: loop, options: options, executable: Self.workerPath, log: log)
        service = PredictionService(on: loop, options: options, log: log, supervisor: supervisor)
        for warning in options.warnings { log.warning("coglet", warning) }
    }

    /// `coglet-worker`, which lies beside this program.
    private static var workerPath: String {
        let path = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { text in
                max(0, readlink("/proc/self/exe", text.baseAddress!, text.count))
            }
        }
        let own = String(decoding: path, as: UTF8.self)
        let folder = own.lastIndex(of: "/").map { own[...$0] } ?? ""
        return folder + "coglet-worker"
    }

    /// Opens the port, then starts the worker.
    ///
    /// - Throws: ``EventLoopError`` when the address can't be used.
    func listen() throws(EventLoopError) {
        // Writing to a client that has gone is an error code, not a signal.
        signal(SIGPIPE, SIG_IGN)
        let router = Router(options: options, service: service) { [unowned self] in shutDown() }
        var configuration = HTTPConfiguration()
        configuration.connectionLimit = options.connectionLimit
        configuration.headTimeout = options.headerTimeout
        configuration.bodyTimeout = options.bodyTimeout
        configuration.idleTimeout = options.idleTimeout
        configuration.bodyTooLarge = Answers.tooLarge
        configuration.reportsAnswers = log.level <= .debug
        let server = try HTTPServer(loop: loop, configuration: configuration, handler: router)
        let port = try server.listen(host: options.host, port: options.port)
        self.router = router
        self.server = server
        log.info("coglet", "coglet \(Coglet.version)")
        log.info("coglet::transport::http::server", "Starting coglet server on \(options.host):\(port)")
        try installSignals()
        let store = service.files.store
        loop.submit {
            store.removeLeftovers()
        } then: {
        }
        supervisor.start()
    }

    private func installSignals() throws(EventLoopError) {
        signals.append(
            try SignalSource(on: loop, signal: SIGTERM) { [unowned self] in
                if options.awaitsExplicitShutdown {
                    log.info("coglet", "SIGTERM is ignored: waiting for POST /shutdown")
                } else {
                    shutDown()
                }
            })
        signals.append(
            try SignalSource(on: loop, signal: SIGINT) { [unowned self] in
                endsBySignal = true
                shutDown()
            })
        if OrphanReaper.isNeeded { reaper = try OrphanReaper(on: loop) }
    }

    /// Serves until the end, then leaves the process.
    func run() -> Never {
        loop.run()
        log.flush()
        service.files.store.close()
        if endsBySignal {
            // Whoever sent SIGINT, a shell say, wants to see that it was the reason.
            signal(SIGINT, SIG_DFL)
            raise(SIGINT)
        }
        exit(0)
    }

    // MARK: - Shutting down

    private func shutDown() {
        guard !isShuttingDown else { return }
        isShuttingDown = true
        log.info("coglet", "Shutting down")
        server?.drain()
        service.onIdle = { [unowned self] in stopWorker() }
        service.after(options.shutdownGrace) { [unowned self] in
            guard !isWorkerAsked else { return }
            log.warning("coglet", "Predictions still run at the end of the shutdown's grace; the worker is killed")
            supervisor.worker?.kill()
            stopWorker()
        }
        if service.isIdle { stopWorker() }
    }

    private func stopWorker() {
        guard !isWorkerAsked else { return }
        isWorkerAsked = true
        service.onStopped = { [unowned self] in deliverWebhooks() }
        supervisor.stop(within: Self.workerGrace)
    }

    private func deliverWebhooks() {
        service.webhooks.drain(within: Self.webhookGrace) { [unowned self] in finish() }
    }

    /// Answers that were just written get a moment to leave.
    private func finish() {
        guard let server else { return loop.stop() }
        guard server.connectionCount > 0 else { return loop.stop() }
        server.onDrained = { [unowned self] in loop.stop() }
        service.after(.seconds(2)) { [unowned self] in loop.stop() }
    }
}

@available(*, unavailable)
extension Application: Sendable {}
