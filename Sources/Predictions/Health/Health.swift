internal import JSON

/// What the health check says of the server.
public enum Health: String, Sendable {
    /// The model is being set up, for the first time or again.
    case starting = "STARTING"
    /// A slot is free.
    case ready = "READY"
    /// All slots are taken.
    case busy = "BUSY"
    /// The model could not be set up.
    case setupFailed = "SETUP_FAILED"
    /// The worker has died too often; it is not started again.
    case defunct = "DEFUNCT"
    /// The model's own health check says so.
    case unhealthy = "UNHEALTHY"
}

/// The setup of the model as the health check shows it.
public struct SetupRecord {
    /// How it went.
    public enum Status: String, Sendable {
        case starting, succeeded, failed
    }

    /// How much log text is kept.
    public static let logLimitBytes = 16 << 20
    private static let logNote = "[coglet] setup logs truncated: the limit of 16 MiB is reached\n"

    /// How far it is.
    public private(set) var status = Status.starting
    /// When the worker was started.
    public let startedAt: Timestamp
    /// When ``finish(_:at:)`` was called; nil before.
    public private(set) var completedAt: Timestamp?
    /// What the model wrote, line by line, at most ``logLimitBytes`` and a note that there was more.
    public private(set) var logs: [UInt8]
    private var isTruncated = false

    /// A setup begins.
    public init(at moment: Timestamp) {
        startedAt = moment
        logs = []
    }

    /// Adds a line; the newline is added if it is missing.
    public mutating func log(_ line: [UInt8]) {
        guard !isTruncated else { return }
        guard logs.count + line.count < Self.logLimitBytes else {
            isTruncated = true
            logs.append(contentsOf: Self.logNote.utf8)
            return
        }
        logs.append(contentsOf: line)
        if line.last != UInt8(ascii: "\n") { logs.append(UInt8(ascii: "\n")) }
    }

    /// It is over.
    public mutating func finish(_ status: Status, at moment: Timestamp) {
        self.status = status
        completedAt = moment
    }
}

/// The body of `GET /health-check`. The order of its fields is fixed.
public struct HealthReport {
    /// `status` of the answer.
    public var health: Health
    /// `setup` of the answer.
    public var setup: SetupRecord
    /// `version` of the answer: names and values, in order.
    public var versions: [(name: String, value: String)]
    /// What the model's own health check has found; only with `unhealthy`.
    public var problem: String?

    /// The report with these fields.
    public init(health: Health, setup: SetupRecord, versions: [(name: String, value: String)], problem: String? = nil) {
        self.health = health
        self.setup = setup
        self.versions = versions
        self.problem = problem
    }

    /// The JSON text.
    public var body: [UInt8] {
        var body = Array(#"{"status":""#.utf8)
        body.append(contentsOf: health.rawValue.utf8)
        body.append(#"","setup":{"started_at":""#)
        setup.startedAt.append(to: &body, digits: 9)
        if let completedAt = setup.completedAt {
            body.append(#"","completed_at":""#)
            completedAt.append(to: &body, digits: 9)
        }
        body.append(#"","status":""#)
        body.append(contentsOf: setup.status.rawValue.utf8)
        body.append(#"""#)
        if setup.status != .starting, !setup.logs.isEmpty {
            body.append(#","logs":"#)
            appendJSONString(setup.logs, to: &body)
        }
        body.append(#"},"version":{"#)
        for (index, version) in versions.enumerated() {
            if index > 0 { body.append(",") }
            appendJSONString(version.name, to: &body)
            body.append(":")
            appendJSONString(version.value, to: &body)
        }
        body.append("}")
        if let problem {
            body.append(#","user_healthcheck_error":"#)
            appendJSONString(problem, to: &body)
        }
        body.append("}")
        return body
    }
}
