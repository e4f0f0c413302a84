import Glibc

/// Everything that is decided before the server starts: its command line, made by `python -m cog.server.http`, and the
/// environment.
struct ServerOptions {
    enum Mode: String {
        case predict, train
    }

    // The command line.
    var host = "0.0.0.0"
    var port = 5000
    var mode = Mode.predict
    var reference = ""
    var python = ""
    var pythonLibrary = ""
    var pythonVersion = ""
    var sdkVersion = ""
    var uploadURL: String?
    var awaitsExplicitShutdown = false

    // The environment; docs/environment.md says what each is for.
    let setupTimeout: Duration?
    let cancelGrace: Duration
    let shutdownGrace: Duration
    let headerTimeout: Duration?
    let bodyTimeout: Duration?
    let idleTimeout: Duration?
    let connectionLimit: Int
    let queueLimit: Int
    let webhookToken: String?
    let webhookInterval: Duration
    let streamHistoryCapacity: Int
    let userAgent: String?
    let isInKubernetes: Bool
    /// Variables whose value made no sense, as log warnings.
    private(set) var warnings: [String] = []

    /// Reads the options.
    ///
    /// - Throws: ``ServerOptionsError`` for an argument that the shim never sends.
    init(arguments: [String]) throws(ServerOptionsError) {
        var warnings: [String] = []
        setupTimeout = Self.seconds("COG_SETUP_TIMEOUT", wholeOnly: true, zeroIsWarned: true, &warnings)
        cancelGrace = Self.seconds("COG_CANCEL_GRACE", &warnings) ?? .seconds(30)
        shutdownGrace = Self.seconds("COG_SHUTDOWN_GRACE", &warnings) ?? .seconds(30)
        headerTimeout = Self.limit("COG_HEADER_TIMEOUT", default: .seconds(30), &warnings)
        bodyTimeout = Self.limit("COG_BODY_TIMEOUT", default: .seconds(60), &warnings)
        idleTimeout = Self.limit("COG_IDLE_TIMEOUT", default: .seconds(75), &warnings)
        connectionLimit = Self.count("COG_MAX_CONNECTIONS", least: 1, &warnings) ?? 10_000
        queueLimit = Self.count("COG_QUEUE_LIMIT", least: 0, &warnings) ?? 0
        webhookToken = environment("WEBHOOK_AUTH_TOKEN")
        webhookInterval = Self.seconds("COG_THROTTLE_RESPONSE_INTERVAL", &warnings) ?? .milliseconds(500)
        streamHistoryCapacity = Self.count("COG_STREAM_HISTORY_CAPACITY", least: 0, &warnings) ?? 1024
        userAgent = environment("COG_USER_AGENT")
        isInKubernetes = environment("KUBERNETES_SERVICE_HOST") != nil
        self.warnings = warnings
        try parse(arguments)
    }

    private mutating func parse(_ arguments: [String]) throws(ServerOptionsError) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            if name == "--await-explicit-shutdown" {
                awaitsExplicitShutdown = true
                continue
            }
            guard let value = rest.popFirst() else { throw .missingValue(name) }
            switch name {
            case "--host": host = value
            case "--port":
                guard let number = Int(value), (0...65_535).contains(number) else { throw .badValue(name, value) }
                port = number
            case "--mode":
                guard let known = Mode(rawValue: value) else { throw .badValue(name, value) }
                mode = known
            case "--reference": reference = value
            case "--python": python = value
            case "--libpython": pythonLibrary = value
            case "--python-version": pythonVersion = value
            case "--sdk-version": sdkVersion = value
            case "--upload-url": uploadURL = value
            default: throw .unknown(name)
            }
        }
        for (name, value) in [
            ("--reference", reference), ("--python", python), ("--libpython", pythonLibrary),
        ] where value.isEmpty {
            throw .missingValue(name)
        }
    }

    // MARK: - Environment

    /// A duration in seconds; nil when the variable is not set or can't be used, which is then a warning.
    private static func seconds(
        _ name: String, wholeOnly: Bool = false, zeroIsWarned: Bool = false, _ warnings: inout [String]
    ) -> Duration? {
        guard let text = environment(name) else { return nil }
        let value = wholeOnly ? UInt32(text).map(Double.init) : Double(text)
        guard let value, value.isFinite, value >= 0, value < 1e9, !(zeroIsWarned && value == 0) else {
            warnings.append("Ignoring \(name): \(text) is not a number of seconds")
            return nil
        }
        return .milliseconds(Int(value * 1000))
    }

    /// Like ``seconds``, with a default; 0 switches the limit off.
    private static func limit(_ name: String, default: Duration, _ warnings: inout [String]) -> Duration? {
        let value = seconds(name, &warnings) ?? `default`
        return value == .zero ? nil : value
    }

    private static func count(_ name: String, least: Int, _ warnings: inout [String]) -> Int? {
        guard let text = environment(name) else { return nil }
        guard let value = Int(text), value >= least else {
            warnings.append("Ignoring \(name): \(text) is not a whole number from \(least)")
            return nil
        }
        return value
    }
}

/// A mistake on the command line. Only `cog.server.http` calls the program, after checking what users gave it.
enum ServerOptionsError: Error, CustomStringConvertible {
    case unknown(String)
    case missingValue(String)
    case badValue(String, String)

    var description: String {
        switch self {
        case .unknown(let name): "unrecognized argument \(name); start the server by `python -m cog.server.http`"
        case .missingValue(let name): "\(name) is missing; start the server by `python -m cog.server.http`"
        case .badValue(let name, let value): "\(name): \(value) can't be used"
        }
    }
}

/// The value of an environment variable, or nil when it is not set.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
