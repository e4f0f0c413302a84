import EventLoop
import FileTransfer
import HTTPClient

/// What moves files: of inputs to disk, of outputs into answers or to the upload URL.
final class FileServices {
    let store = FileStore()
    let fetcher: InputFetcher
    let encoder: OutputEncoder
    /// Nil when outputs become data URLs.
    let uploader: Uploader?

    init(on loop: EventLoop, client: HTTPClient, options: ServerOptions) {
        var configuration = FileTransferConfiguration(version: Coglet.version)
        if let userAgent = options.userAgent, !userAgent.isEmpty { configuration.downloadUserAgent = userAgent }
        if let limit = environment("COG_DOWNLOAD_LIMIT_BYTES").flatMap(Int.init), limit > 0 {
            configuration.downloadLimitBytes = limit
        }
        fetcher = InputFetcher(on: loop, client: client, configuration: configuration)
        encoder = OutputEncoder(on: loop, configuration: configuration)
        uploader = options.uploadURL.map {
            Uploader(on: loop, client: client, uploadURL: $0, configuration: configuration)
        }
    }
}

@available(*, unavailable)
extension FileServices: Sendable {}
