import Workers

/// Divides the descriptors that the server may open, so that no use of them starves another.
///
/// The needs of the event loop and the workers come first; clients, transfers, and output files share the rest.
struct DescriptorBudget {
    /// The event loop, listeners, locks, and what libraries open temporarily.
    static let serverDescriptors = 20
    /// A transfer's connection, a second one while it is being made, its name lookup, and its file.
    static let descriptorsPerTransfer = 4
    /// With fewer clients and transfers, the server would be useless.
    private static let leastForTransfers = 2 * descriptorsPerTransfer
    private static let leastForFiles = 2
    private static let leastForClients = 10
    /// More concurrent transfers and files than this are useless.
    private static let transferLimit = 1024
    private static let fileLimit = 1024
    /// The maximum number of clients above the limit that get a response, and at most a sixteenth of all.
    private static let refusalLimit = 64

    /// The maximum number of client connections served.
    let connectionLimit: Int
    /// How many more connections get 503.
    let refusalLimit: Int
    /// The maximum number of concurrent downloads, uploads, and webhooks.
    let transferLimit: Int
    /// The maximum number of open output files.
    let fileLimit: Int
    /// The limit for the model's process.
    let limitForModel: Int
    private let wantedConnections: Int
    private let limit: Int

    /// Divides `limit`.
    ///
    /// - Throws: ``DescriptorBudgetError`` if it is too low to serve anybody.
    init(limit: DescriptorLimit, workers: Int, wantedConnections: Int) throws(DescriptorBudgetError) {
        let fixed = limit.open + Self.fixedDescriptors(workers: workers)
        let needed = fixed + Self.leastForTransfers + Self.leastForFiles + Self.leastForClients
        guard limit.count >= needed else { throw DescriptorBudgetError(limit: limit.count, needed: needed) }
        let rest = limit.count - fixed
        transferLimit = min(
            Self.transferLimit, max(rest / 4, Self.leastForTransfers) / Self.descriptorsPerTransfer)
        fileLimit = min(Self.fileLimit, max(rest / 8, Self.leastForFiles))
        let forClients = rest - transferLimit * Self.descriptorsPerTransfer - fileLimit
        refusalLimit = min(Self.refusalLimit, max(1, forClients / 16))
        connectionLimit = min(wantedConnections, forClients - refusalLimit)
        limitForModel = limit.forModel
        self.wantedConnections = wantedConnections
        self.limit = limit.count
    }

    /// The server's own needs with this many workers.
    static func fixedDescriptors(workers: Int) -> Int {
        serverDescriptors + WorkerPool.descriptorsToStart + workers * WorkerPool.descriptorsPerWorker
    }

    /// The warning if fewer connections are served than wanted.
    var warning: String? {
        guard connectionLimit < wantedConnections else { return nil }
        return "At most \(connectionLimit) connections are served, not \(wantedConnections) (COG_MAX_CONNECTIONS): "
            + "this process may have \(limit) files open (ulimit -n, docker run --ulimit nofile=…)"
    }
}

/// The limit of open files is too low for the server.
struct DescriptorBudgetError: Error, CustomStringConvertible {
    /// The hard limit.
    let limit: Int
    /// The minimum that the server needs.
    let needed: Int

    var description: String {
        "this process may have \(limit) files open, but the server needs at least \(needed). "
            + "Raise the limit with `ulimit -n` or `docker run --ulimit nofile=…`"
    }
}
