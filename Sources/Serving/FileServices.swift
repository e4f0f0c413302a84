internal import EventLoop
internal import FileTransfer
internal import HTTPClient

/// The services that transfer files: inputs to disk, outputs into responses or to the upload URL.
final class FileServices {
    let store: FileStore
    /// What clients have stored.
    let stored: StoredFiles
    let fetcher: InputFetcher
    let encoder: OutputEncoder
    /// The output files that are being encoded or uploaded.
    var outputs: OutputFiles
    /// Nil if outputs become data URLs.
    let uploader: Uploader?

    init(on loop: EventLoop, client: HTTPClient, store: FileStore, settings: ServiceSettings) {
        self.store = store
        stored = StoredFiles(on: loop, limitBytes: settings.files.downloadLimitBytes)
        outputs = OutputFiles(limit: settings.outputFileLimit)
        fetcher = InputFetcher(on: loop, client: client, configuration: settings.files)
        encoder = OutputEncoder(on: loop, configuration: settings.files)
        uploader = settings.uploadURL.map {
            Uploader(on: loop, client: client, uploadURL: $0, configuration: settings.files)
        }
    }
}

@available(*, unavailable)
extension FileServices: Sendable {}
