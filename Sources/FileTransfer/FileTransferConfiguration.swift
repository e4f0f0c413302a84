public import EventLoop

/// Limits and times of file transfers.
public struct FileTransferConfiguration: Sendable {
    /// What `user-agent` says in downloads.
    public var downloadUserAgent: String
    /// What `user-agent` says in uploads.
    public var uploadUserAgent: String
    /// How many bytes one downloaded file may have, unpacked.
    public var downloadLimitBytes = 10 << 30
    /// How many downloads of one prediction run at once.
    public var parallelDownloads = 8
    /// The time for finding the host, connecting and the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time in which no byte of a download moves.
    public var downloadStallTimeout: Duration = .seconds(10)
    /// The longest time in which no byte of an upload moves, the wait for the answer included.
    public var uploadStallTimeout: Duration = .seconds(25)
    /// How fast the bytes of a download or an upload must move at least.
    public var minimumRate = MinimumRate.usual
    /// How long to wait before each further attempt; as many attempts as waits, and one.
    public var retryDelays: [Duration] = [.milliseconds(200), .milliseconds(600), .milliseconds(1_500)]
    /// How much longer a server can make such a wait with `retry-after`; one that asks for more is tried after this time.
    public var retryAfterLimit: Duration = .seconds(60)
    /// How many redirects are followed.
    public var redirectLimit = 20
    /// Whether downloads may come from addresses outside of the public internet.
    public var allowsPrivateAddresses = true
    /// How many bytes an output file may have that is answered as a data URL.
    public var dataURLLimitBytes = 2 << 30

    /// Makes the defaults for a version of the server.
    public init(version: String) {
        downloadUserAgent = "coglet/\(version)"
        uploadUserAgent = downloadUserAgent
    }

    /// How long to wait after so many attempts; `nil` if there is no other. `retryAfter` is what the server asks for.
    func retryDelay(afterAttempts attempts: Int, retryAfter: Duration?) -> Duration? {
        guard attempts <= retryDelays.count else { return nil }
        return max(retryDelays[attempts - 1], min(retryAfter ?? .zero, retryAfterLimit))
    }

    /// Takes `COG_USER_AGENT` and `COG_DOWNLOAD_LIMIT_BYTES` from the environment, if they are there.
    ///
    /// - Returns: A warning to log if a value cannot be used; the default stays then.
    public mutating func apply(environment: (String) -> String?) -> String? {
        if let agent = environment("COG_USER_AGENT"), !agent.isEmpty { downloadUserAgent = agent }
        guard let text = environment("COG_DOWNLOAD_LIMIT_BYTES"), !text.isEmpty else { return nil }
        guard let limit = Int(text), limit > 0 else {
            return "COG_DOWNLOAD_LIMIT_BYTES is '\(text)', not a number of bytes: the limit stays \(downloadLimitBytes)"
        }
        downloadLimitBytes = limit
        return nil
    }
}
