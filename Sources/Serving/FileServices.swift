internal import EventLoop
internal import FileTransfer
internal import HTTPClient

/// What moves files: of inputs to disk, of outputs into answers or to the upload URL.
final class FileServices {
    let store: FileStore
    /// What clients have stored.
    let stored: StoredFiles
    let fetcher: InputFetcher
    let encoder: OutputEncoder
    /// What is on its way to the encoder or the uploader.
    var outputs: OutputFiles
    /// Nil when outputs become data URLs.
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
