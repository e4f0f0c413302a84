import EventLoop
import FileTransfer
import Glibc
import HTTPServer
import Predictions
import Serving
import Workers

/// Puts the server's parts together.
final class Application {
    private let loop: EventLoop
    private let settings: Settings
    private let log: Log
    private let readiness: ReadinessFile?
    private let store = FileStore()
    /// The memory account for request bodies and webhooks.
    private let memory: MemoryAccount
    private let pool: WorkerPool
    private let service: PredictionService
    private let telemetry: TelemetryExport
    private var shutdown: Shutdown?
    private var signals = Signals()

    /// Signals from the kernel.
    private struct Signals {
        var sources: [SignalSource] = []
        var reaper: OrphanReaper?
        /// Whether SIGINT ended the server.
        var endsServer = false
    }

    init(_ settings: Settings) throws(EventLoopError) {
        self.settings = settings
        loop = try EventLoop()
        log = try Log(on: loop, settings.log)
        readiness = settings.keepsReadinessFile ? ReadinessFile(on: loop, log: log) : nil
        memory = MemoryAccount(limitBytes: settings.memoryBudgetBytes)
        var poolSettings = settings.pool
        poolSettings.program.executable = Self.workerPath
        telemetry = TelemetryExport(
            on: loop, settings.telemetry,
            OTLPSender.ServiceClient(
                proxies: settings.service.proxies, fallbackTrustFile: settings.service.fallbackTrustFile), log)
        pool = WorkerPool(
            on: loop, settings: poolSettings, folders: TemporaryFolders(in: store, on: loop), tracer: telemetry.tracer)
        service = PredictionService(
            on: loop, settings: settings.service, pool: pool, store: store, memory: memory,
            log: ServiceLogger(log, readiness))
        for warning in settings.warnings { log.warning("coglet", warning) }
    }

    /// The path of `coglet-worker`, which is next to this program.
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

    /// Opens the port.
    ///
    /// - Throws: ``EventLoopError`` if the address isn't usable.
    func listen() throws(EventLoopError) {
        // Writing to a disconnected client must cause an error code, not a signal.
        signal(SIGPIPE, SIG_IGN)
        let operation = Operation(
            isDraining: { [self] in shutdown?.hasBegun == true },
            connectionCount: { [self] in shutdown?.connectionCount ?? 0 }, shutDown: { [self] in shutdown?.begin() })
        let (rows, metrics) = RouteTable.rows(service, settings, memory, log, operation, telemetry)
        let keeper = try MemoryKeeper(on: loop, service: service, memory: memory)
        let router = Router(
            rows, metrics, answers: settings.answers, memory: keeper, log: log,
            tracing: telemetry.requests)
        var configuration = settings.http
        configuration.memory = memory
        let server = try HTTPServer(loop: loop, configuration: configuration, handler: router)
        server.onConnectionClosed = { [service] number in service.clientGone(number) }
        try telemetry.metrics?.start()
        let port = try server.listen(host: settings.address.host, port: settings.address.port)
        shutdown = Shutdown(
            on: loop, plan: settings.shutdown.plan, log: log, server: server, service: service, readiness: readiness,
            telemetry: telemetry)
        log.info("coglet", "coglet \(Coglet.version)")
        log.info("coglet::transport::http::server", "Starting coglet server on \(settings.address.host):\(port)")
        for notice in settings.answers.platforms.notices { log.info("coglet", notice) }
        try installSignals()
    }

    /// Creates the folder for temporary files, then starts the workers.
    ///
    /// - Throws: ``FileStoreError`` if there is no place for temporary files.
    func startWorkers() throws(FileStoreError) {
        do throws(FileStoreError) {
            for failure in try store.open() {
                log.warning("coglet", "TMPDIR can't be used: \(failure); temporary files are put into /tmp instead")
            }
        } catch {
            log.flush()
            throw error
        }
        let store = store
        loop.submit {
            store.removeLeftovers()
        } then: {
        }
        pool.start()
    }

    private func installSignals() throws(EventLoopError) {
        signals.sources.append(
            try SignalSource(on: loop, signal: SIGTERM) { [self] in
                if settings.shutdown.awaitsRequest {
                    log.info("coglet", "SIGTERM is ignored: waiting for POST /shutdown")
                } else {
                    shutdown?.beginDelayed()
                }
            })
        signals.sources.append(
            try SignalSource(on: loop, signal: SIGINT) { [self] in
                signals.endsServer = true
                shutdown?.begin()
            })
        // If SIGHUP is ignored, the program that started the server, such as `nohup`, wants it to outlive the terminal.
        if !SignalSource.isIgnored(SIGHUP) {
            signals.sources.append(try SignalSource(on: loop, signal: SIGHUP) { [self] in shutdown?.begin() })
        }
        // Forked workers are orphans that this process inherits.
        if settings.pool.forksWorkers { try OrphanReaper.adoptOrphans() }
        if OrphanReaper.isNeeded { signals.reaper = try OrphanReaper(on: loop) }
    }

    /// Serves until the end, then exits the process.
    func run() -> Never {
        loop.run()
        readiness?.remove()
        log.flush()
        store.close()
        if signals.endsServer {
            // The sender of SIGINT, such as a shell, expects the exit status to show it as the reason.
            signal(SIGINT, SIG_DFL)
            raise(SIGINT)
        }
        exit(0)
    }
}

@available(*, unavailable)
extension Application: Sendable {}
