public import EventLoop

/// Limits and times of file transfers.
public struct FileTransferConfiguration: Sendable {
    /// The `user-agent` of downloads.
    public var downloadUserAgent: String
    /// The `user-agent` of uploads.
    public var uploadUserAgent: String
    /// The maximum size of a downloaded file, decompressed.
    public var downloadLimitBytes = 10 << 30
    /// The maximum number of concurrent downloads per prediction.
    public var parallelDownloads = 8
    /// The time limit for resolving the host, connecting, and the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time without a byte of a download.
    public var downloadStallTimeout: Duration = .seconds(10)
    /// The longest time without a byte of an upload, including the wait for the response.
    public var uploadStallTimeout: Duration = .seconds(25)
    /// The minimum rate of a download or an upload.
    public var minimumRate = MinimumRate.usual
    /// The pauses between attempts. There is one more attempt than there are pauses.
    public var retryDelays: [Duration] = [.milliseconds(200), .milliseconds(600), .milliseconds(1_500)]
    /// The longest pause that a server can request with `retry-after`; if it asks for more, the retry comes after this
    /// time.
    public var retryAfterLimit: Duration = .seconds(60)
    /// The maximum number of redirects.
    public var redirectLimit = 20
    /// Whether downloads may come from addresses outside of the public internet.
    public var allowsPrivateAddresses = true
    /// The maximum size of an output file that is returned as a data URL.
    public var dataURLLimitBytes = 2 << 30

    /// Makes the defaults for a version of the server.
    public init(version: String) {
        downloadUserAgent = "coglet/\(version)"
        uploadUserAgent = downloadUserAgent
    }

    /// The pause after this many attempts; `nil` if there is no further one. `retryAfter` is what the server requests.
    func retryDelay(afterAttempts attempts: Int, retryAfter: Duration?) -> Duration? {
        guard attempts <= retryDelays.count else { return nil }
        return max(retryDelays[attempts - 1], min(retryAfter ?? .zero, retryAfterLimit))
    }

    /// Reads `COG_USER_AGENT` and `COG_DOWNLOAD_LIMIT_BYTES` from the environment, if they are set.
    ///
    /// - Returns: A warning to log if a value is invalid; the default is kept then.
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
