import EventLoop
import FileTransfer
import HTTPClient
import HTTPServer
import Predictions
import Serving
import WebhookDelivery
import WorkerProtocol
import Workers

/// Everything that is decided before the server starts: its command line, made by `python -m cog.server.http`, and the
/// environment. ``Variables`` documents each setting.
struct Settings {
    /// The address to listen on: a host or an address, and a port.
    var address = (host: "0.0.0.0", port: 5000)
    var versions = Versions()
    var pool = PoolSettings()
    var service: ServiceSettings
    var http = HTTPConfiguration()
    var log: Log.Settings
    var shutdown = Shutdown()
    var answers: RouteSettings
    /// Whether a file tells Kubernetes that the model is ready.
    var keepsReadinessFile: Bool
    var memoryBudgetBytes: Int
    /// What is sent to a collector.
    var telemetry: TelemetrySettings
    /// Log warnings about invalid values of variables.
    private(set) var warnings: [String] = []

    /// The versions that the health check shows in addition to the server's.
    struct Versions {
        var python = ""
        var sdk = ""
    }

    /// How the server shuts down.
    struct Shutdown {
        var plan = ShutdownPlan()
        /// Whether SIGTERM is ignored.
        var awaitsRequest = false
    }

    /// Reads the settings.
    ///
    /// - Throws: ``SettingsError`` for an argument that the shim never sends, and for an unusable URL.
    init(arguments: [String], environment: @escaping (String) -> String?) throws(SettingsError) {
        var reader = SettingsReader(environment: environment)
        log = Log.Settings(
            level: LogLevel(reading: reader.text(Variables.logs.logLevel)),
            isConsole: reader.text(Variables.logs.logFormat) == "console",
            usesColor: (reader.text(Variables.logs.noColor) ?? "").isEmpty,
            passesModelOutput: reader.text(Variables.logs.modelOutput) == "raw")
        shutdown.plan = ShutdownPlan(
            drainDelay: reader.seconds(Variables.limits.drainDelay) ?? .zero,
            grace: reader.seconds(Variables.limits.shutdownGrace))
        answers = RouteSettings(
            busyStatus: reader.choice(Variables.overload.busyStatus, [409, 429, 503]) ?? 409,
            showsPage: reader.allows(Variables.page.docs),
            root: reader.path(Variables.page.rootPath), allowedOrigins: reader.origins(Variables.web.corsOrigins),
            documentForm: reader.word(Variables.web.openAPI, DocumentForm.self) ?? .extended)
        if let text = reader.text(Variables.access.apiKey) {
            guard let keys = APIKeys(reading: text) else { throw .noKey }
            answers.keys = keys
        }
        answers.platforms = try PlatformSettings(&reader)
        keepsReadinessFile = reader.text(Variables.logs.kubernetes) != nil
        memoryBudgetBytes = reader.count(Variables.limits.memoryBudget, least: 1) ?? Self.usualMemoryBudgetBytes
        service = Self.service(&reader, environment)
        telemetry = TelemetrySettings(&reader)
        readPool(&reader)
        readHTTP(&reader)
        warnings = reader.warnings + telemetry.notices
        dropUselessStandby()
        try parse(arguments)
    }

    private static func service(
        _ reader: inout SettingsReader, _ environment: (String) -> String?
    ) -> ServiceSettings {
        var service = ServiceSettings(version: Coglet.version)
        service.limits.queueLimit = reader.count(Variables.overload.queueLimit, least: 0) ?? 0
        service.limits.queueTimeout = reader.seconds(Variables.overload.queueTimeout, isZeroAllowed: false)
        service.limits.predictionTimeout = reader.seconds(Variables.limits.predictionTimeout, isZeroAllowed: false)
        service.limits.cancelGrace = reader.seconds(Variables.limits.cancelGrace) ?? .seconds(30)
        service.streamHistoryCapacity =
            reader.count(Variables.webhooks.streamHistory, least: 0) ?? service.streamHistoryCapacity
        if let agent = reader.text(Variables.webhooks.userAgent), !agent.isEmpty {
            service.files.downloadUserAgent = agent
        }
        if let limit = reader.count(Variables.limits.downloadLimit, least: 1) {
            service.files.downloadLimitBytes = limit
        }
        service.modelMetricLimit = reader.count(Variables.logs.modelMetrics, least: 0, most: 1000) ?? 0
        service.proxies = ProxySettings(environment: environment)
        service.files.allowsPrivateAddresses = reader.allows(Variables.outgoing.allowPrivateAddresses)
        service.webhooks.allowsPrivateAddresses = service.files.allowsPrivateAddresses
        service.webhooks.token = reader.text(Variables.webhooks.webhookToken)
        service.webhooks.throttleInterval = reader.seconds(Variables.webhooks.webhookInterval) ?? .milliseconds(500)
        return service
    }

    private mutating func readPool(_ reader: inout SettingsReader) {
        pool.devices = GPUShare.visible(
            variable: reader.environment("CUDA_VISIBLE_DEVICES"), deviceNames: names(inFolder: "/dev"))
        pool.workers = reader.workers(Variables.running.workers, devices: pool.devices.count) ?? 1
        pool.start = reader.word(Variables.running.workerStart, WorkerStart.self) ?? .spawn
        pool.keepsStandby = reader.count(Variables.running.standby, least: 0, most: 1) == 1
        pool.setupTimeout = reader.seconds(Variables.limits.setupTimeout, wholeOnly: true, isZeroAllowed: false)
        pool.failureLimit = reader.count(Variables.workers.maxWorkerFailures, least: 1) ?? RestartPolicy.defaultLimit
        pool.recycling.predictions = reader.count(Variables.workers.workerMaxPredictions, least: 1)
        pool.recycling.residentBytes = reader.count(Variables.workers.workerMaxResidentBytes, least: 1)
        pool.program.tracing = telemetry.worker
        pool.logsSteps = log.level <= .info
    }

    /// A standby would need GPUs before it is known which worker it will replace.
    private mutating func dropUselessStandby() {
        guard pool.keepsStandby, pool.workers > 1, !pool.devices.isEmpty else { return }
        pool.keepsStandby = false
        warnings.append(
            "Ignoring COG_STANDBY: each worker has its own GPUs, so a standby couldn't replace any of them")
    }

    private mutating func readHTTP(_ reader: inout SettingsReader) {
        http.connectionLimit = reader.count(Variables.limits.maxConnections, least: 1) ?? 10_000
        // JSON and the frames to workers count bytes in 31 and 32 bits.
        http.bodyLimitBytes = reader.count(Variables.limits.bodyLimit, least: 1, most: Int(Int32.max)) ?? 100 << 20
        http.headTimeout = reader.limit(Variables.limits.headerTimeout, default: .seconds(30))
        http.bodyTimeout = reader.limit(Variables.limits.bodyTimeout, default: .seconds(60))
        http.idleTimeout = reader.limit(Variables.limits.idleTimeout, default: .seconds(75))
        http.failureAnswer = { Answers.error($0.description, status: $0.status) }
        http.reportsAnswers = log.level <= .debug
    }

    /// A quarter of the memory, because most of it belongs to the model.
    private static var usualMemoryBudgetBytes: Int { (SystemMemory.limitBytes ?? 4 << 30) / 4 }

    /// Adapts the limits of concurrent use to the number of available descriptors.
    ///
    /// - Throws: ``DescriptorBudgetError`` if there are too few to serve anybody.
    mutating func divideDescriptors(of limit: DescriptorLimit) throws(DescriptorBudgetError) {
        let budget = try DescriptorBudget(
            limit: limit, workers: pool.processes, wantedConnections: http.connectionLimit)
        http.connectionLimit = budget.connectionLimit
        http.refusalLimit = budget.refusalLimit
        service.transferLimit = budget.transferLimit
        service.outputFileLimit = budget.fileLimit
        pool.descriptorLimit = budget.limitForModel
        if let warning = budget.warning { warnings.append(warning) }
    }

    // MARK: - Command line

    /// The text may contain a misplaced password, so no message shows it.
    private static func url(_ text: String, of name: String) throws(SettingsError) -> HTTPURL {
        do throws(HTTPURLProblem) {
            return try HTTPURL(text)
        } catch {
            throw .unusableURL(name, error)
        }
    }

    private mutating func parse(_ arguments: [String]) throws(SettingsError) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            if name == "--await-explicit-shutdown" {
                shutdown.awaitsRequest = true
                continue
            }
            if name == "--sagemaker" {
                answers.platforms.isSageMaker = true
                continue
            }
            guard let value = rest.popFirst() else { throw .missingValue(name) }
            switch name {
            case "--host": address.host = value
            case "--port":
                guard let number = Int(value), (0...65_535).contains(number) else { throw .badValue(name, value) }
                address.port = number
            case "--mode":
                guard let known = PoolSettings.Mode(rawValue: value) else { throw .badValue(name, value) }
                pool.mode = known
            case "--reference": pool.reference = value
            case "--python": pool.program.interpreter = value
            case "--libpython": pool.program.library = value
            case "--python-version": versions.python = value
            case "--sdk-version": versions.sdk = value
            case "--upload-url": service.uploadURL = try Self.url(value, of: name)
            case "--certifi": service.fallbackTrustFile = value
            default: throw .unknown(name)
            }
        }
        for (name, value) in [
            ("--reference", pool.reference), ("--python", pool.program.interpreter),
            ("--libpython", pool.program.library),
        ] where value.isEmpty {
            throw .missingValue(name)
        }
    }
}

/// A mistake on the command line. Only `cog.server.http` calls the program, after checking most of the user's
/// arguments.
enum SettingsError: Error, CustomStringConvertible {
    case unknown(String)
    case missingValue(String)
    case badValue(String, String)
    case unusableURL(String, HTTPURLProblem)
    case noKey
    case sameRoute(String)

    var description: String {
        switch self {
        case .unknown(let name): "unrecognized argument \(name); start the server with `python -m cog.server.http`"
        case .missingValue(let name): "\(name) is missing; start the server with `python -m cog.server.http`"
        case .badValue(let name, let value): "\(name): \(value) is not valid"
        case .noKey:
            // Otherwise, an empty variable would open the server to everybody without anyone noticing.
            "COG_API_KEY is set but contains no key. Unset it to let everybody use the server"
        case .sameRoute(let path):
            "AIP_HEALTH_ROUTE and AIP_PREDICT_ROUTE are both \(path). Set them to different paths, such as /health and /predict"
        case .unusableURL(let name, let problem):
            "\(name): the URL can't be used: \(problem). Give it as http://HOST/PATH or https://HOST/PATH"
        }
    }
}
