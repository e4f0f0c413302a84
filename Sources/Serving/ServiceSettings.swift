public import FileTransfer
public import HTTPClient
public import WebhookDelivery

/// The operator's settings for predictions.
public struct ServiceSettings: Sendable {
    /// Slots, queue, and times.
    public var limits = Scheduler.Limits()
    /// How many events of a prediction are kept for readers that come late.
    public var streamHistoryCapacity = 16_384
    /// The URL for output files; nil to put them into the response.
    public var uploadURL: HTTPURL?
    /// Decides which requests go through a proxy.
    public var proxies = ProxySettings.none
    /// Certificates to trust if the system has none.
    public var fallbackTrustFile: String?
    /// The maximum number of concurrent downloads, uploads, and webhooks.
    public var transferLimit = 1024
    /// How many output files may be open before models have to wait.
    public var outputFileLimit = 1024
    /// How many metrics recorded by the model are shown among the server's own; 0 for none.
    public var modelMetricLimit = 0
    /// The limits of file transfers.
    public var files: FileTransferConfiguration
    /// The limits of webhooks.
    public var webhooks: WebhookConfiguration

    /// The defaults for a version of the server.
    public init(version: String) {
        files = FileTransferConfiguration(version: version)
        webhooks = WebhookConfiguration(version: version)
    }
}
