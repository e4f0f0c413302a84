public import FileTransfer
public import HTTPClient
public import WebhookDelivery

/// What the operator has set for predictions.
public struct ServiceSettings: Sendable {
    /// Slots, queue, and times.
    public var limits = Scheduler.Limits()
    /// How many events of a prediction are kept for readers that come late.
    public var streamHistoryCapacity = 16_384
    /// Where output files go; nil to put them into the answer.
    public var uploadURL: HTTPURL?
    /// Which requests go through a proxy.
    public var proxies = ProxySettings.none
    /// Certificates to trust if the system has none.
    public var fallbackTrustFile: String?
    /// How many downloads, uploads and webhooks run at once.
    public var transferLimit = 1024
    /// How many output files are open at once, before models wait.
    public var outputFileLimit = 1024
    /// How many metrics that the model records are shown among the server's own; 0 for none.
    public var modelMetricLimit = 0
    /// Limits of file transfers.
    public var files: FileTransferConfiguration
    /// Limits of webhooks.
    public var webhooks: WebhookConfiguration

    /// The defaults for a version of the server.
    public init(version: String) {
        files = FileTransferConfiguration(version: version)
        webhooks = WebhookConfiguration(version: version)
    }
}
