internal import JSON

/// The server's state in the health check.
public enum Health: String, Sendable {
    /// The model is being set up, for the first time or again.
    case starting = "STARTING"
    /// A slot is free.
    case ready = "READY"
    /// All slots are taken.
    case busy = "BUSY"
    /// The model couldn't be set up.
    case setupFailed = "SETUP_FAILED"
    /// Workers keep dying before they are ready; the server keeps trying.
    case defunct = "DEFUNCT"
    /// The model's own health check failed.
    case unhealthy = "UNHEALTHY"
}

/// The setup of the model, as the health check shows it.
public struct SetupRecord {
    /// The progress or outcome of the setup.
    public enum Status: String, Sendable {
        case starting, succeeded, failed
    }

    /// The maximum size of the log text.
    public static let logLimitBytes = 16 << 20
    private static let logNote: StaticString = #"[coglet] setup logs truncated: the limit of 16 MiB is reached\n"#

    /// The current status.
    public private(set) var status = Status.starting
    /// The time at which the worker was started.
    public let startedAt: Timestamp
    /// The time of ``finish(_:at:)``; nil before that.
    public private(set) var completedAt: Timestamp?
    /// What the model wrote, line by line, as the contents of a JSON string: at most ``logLimitBytes``, plus a note if
    /// there was more.
    private(set) var logs = SegmentedText()
    private var isTruncated = false

    /// Begins a setup.
    public init(at moment: Timestamp) {
        startedAt = moment
    }

    /// Appends a line, with a newline if it lacks one.
    public mutating func log(_ line: [UInt8]) {
        guard !isTruncated else { return }
        guard logs.count + line.count < Self.logLimitBytes else {
            isTruncated = true
            logs.tail.append(Self.logNote)
            return
        }
        line.withUnsafeBytes { logs.appendEscaped($0) }
        if line.last != UInt8(ascii: "\n") { logs.tail.append(#"\n"#) }
    }

    /// The setup continues in a worker that was forked from the one that has run it so far.
    public mutating func reopen() {
        status = .starting
        completedAt = nil
    }

    /// The setup has ended.
    public mutating func finish(_ status: Status, at moment: Timestamp) {
        self.status = status
        completedAt = moment
        logs.seal()
    }
}

/// The body of `GET /health-check`. The order of its fields is fixed.
public struct HealthReport {
    /// One worker of several.
    public struct Worker: Sendable {
        let index: Int
        let health: Health
        let processID: Int
        let slots: Int
        let running: Int

        /// Describes a worker: its number, its health, its process (0 for none), its slots, and how many of them are
        /// taken.
        public init(index: Int, health: Health, processID: Int, slots: Int, running: Int) {
            self.index = index
            self.health = health
            self.processID = processID
            self.slots = slots
            self.running = running
        }
    }

    /// The `status` field.
    public var health: Health
    /// The `setup` field.
    public var setup: SetupRecord
    /// The `version` field: names and values, in order.
    public var versions: [(name: String, value: String)]
    /// The `workers` field; left out if empty.
    public var workers: [Worker]
    /// What the model's own health check reported; only with `unhealthy`.
    public var problem: String?

    /// Makes a report with these fields.
    public init(
        health: Health, setup: SetupRecord, versions: [(name: String, value: String)], workers: [Worker] = [],
        problem: String? = nil
    ) {
        self.health = health
        self.setup = setup
        self.versions = versions
        self.workers = workers
        self.problem = problem
    }

    /// The JSON text.
    public var body: SegmentedText {
        var text = SegmentedText()
        appendStart(to: &text.tail)
        if setup.status != .starting, !setup.logs.isEmpty {
            text.tail.append(#","logs":""#)
            text.append(setup.logs)
            text.tail.append(#"""#)
        }
        appendEnd(to: &text.tail)
        return text
    }

    private func appendStart(to body: inout [UInt8]) {
        body.append(#"{"status":""#)
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
    }

    private func appendEnd(to body: inout [UInt8]) {
        body.append(#"},"version":{"#)
        for (index, version) in versions.enumerated() {
            if index > 0 { body.append(",") }
            appendJSONString(version.name, to: &body)
            body.append(":")
            appendJSONString(version.value, to: &body)
        }
        body.append("}")
        appendWorkers(to: &body)
        if let problem {
            body.append(#","user_healthcheck_error":"#)
            appendJSONString(problem, to: &body)
        }
        body.append("}")
    }

    private func appendWorkers(to body: inout [UInt8]) {
        guard !workers.isEmpty else { return }
        for (index, worker) in workers.enumerated() {
            body.append(index == 0 ? #","workers":["# : ",")
            body += Array(
                #"{"index":\#(worker.index),"status":"\#(worker.health.rawValue)","pid":\#(worker.processID),"#.utf8)
            body += Array(#""slots":\#(worker.slots),"running":\#(worker.running)}"#.utf8)
        }
        body.append("]")
    }
}
