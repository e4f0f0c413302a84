import Workers

/// Divides the descriptors that the server may have open, so that no use of them starves another.
///
/// What the event loop and the workers need comes first; clients, transfers and output files share the rest.
struct DescriptorBudget {
    /// Event loop, listeners, locks, and what libraries open for a moment.
    static let serverDescriptors = 20
    /// A transfer's connection, a second one while it is being made, its name lookup, and its file.
    static let descriptorsPerTransfer = 4
    /// With fewer clients and transfers the server would be of no use.
    private static let leastForTransfers = 2 * descriptorsPerTransfer
    private static let leastForFiles = 2
    private static let leastForClients = 10
    /// More transfers and files than this at once are of no use to anybody.
    private static let transferLimit = 1024
    private static let fileLimit = 1024
    /// How many clients above the limit are told so, and no more than the sixteenth part of all.
    private static let refusalLimit = 64

    /// How many connections of clients are served.
    let connectionLimit: Int
    /// How many more get 503.
    let refusalLimit: Int
    /// How many downloads, uploads and webhooks run at once.
    let transferLimit: Int
    /// How many output files are open at once.
    let fileLimit: Int
    /// The limit for the model's process.
    let limitForModel: Int
    private let wantedConnections: Int
    private let limit: Int

    /// Divides `limit`.
    ///
    /// - Throws: ``DescriptorBudgetError`` when it is too low to serve anybody.
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

    /// What the server needs itself when it has so many workers.
    static func fixedDescriptors(workers: Int) -> Int {
        serverDescriptors + WorkerPool.descriptorsToStart + workers * WorkerPool.descriptorsPerWorker
    }

    /// What to tell when fewer connections are served than wanted.
    var warning: String? {
        guard connectionLimit < wantedConnections else { return nil }
        return "At most \(connectionLimit) connections are served, not \(wantedConnections) (COG_MAX_CONNECTIONS): "
            + "this process may have \(limit) files open (ulimit -n, docker run --ulimit nofile=…)"
    }
}

/// The limit of open files is too low for a server.
struct DescriptorBudgetError: Error, CustomStringConvertible {
    /// The hard limit.
    let limit: Int
    /// What the server needs at least.
    let needed: Int

    var description: String {
        "this process may have \(limit) files open, but the server needs at least \(needed). "
            + "Raise the limit with `ulimit -n` or `docker run --ulimit nofile=…`"
    }
}
