internal import EventLoop
internal import Glibc
internal import HTTPClient

/// One file on its way from another server to the disk, with all attempts it takes.
final class Download {
    private let url: String
    private let directory: PredictionDirectory
    private let client: HTTPClient
    private let loop: EventLoop
    private let configuration: FileTransferConfiguration
    private var completion: ((Result<String, FileError>) -> Void)?

    private var transfer: Transfer?
    private var delay: Delay?
    private var attempts = 0

    /// Starts the download; `completion` is called with the file's path on the loop, not from inside this.
    init(
        _ url: String, into directory: PredictionDirectory, client: HTTPClient, loop: EventLoop,
        configuration: FileTransferConfiguration, completion: @escaping (Result<String, FileError>) -> Void
    ) {
        self.url = url
        self.directory = directory
        self.client = client
        self.loop = loop
        self.configuration = configuration
        self.completion = completion
        makeFile()
    }

    /// Gives up; the completion is not called any more.
    func cancel() {
        completion = nil
        delay?.cancel()
        transfer?.cancel()
    }

    private func makeFile() {
        let (name, directory) = (FileName.ofDownload(from: url), directory)
        loop.submit {
            directory.makeFile(named: name)
        } then: { [self] result in
            switch result {
            case .success(let (file, path)): attempt(file: file, path: path)
            case .failure(let error): complete(.failure(error))
            }
        }
    }

    private func attempt(file: OpenFile, path: String) {
        guard completion != nil else { return }
        attempts += 1
        var request = HTTPRequest(.get, url)
        request.fields = [("user-agent", configuration.downloadUserAgent)]
        request.destination = .file(file, limitBytes: configuration.downloadLimitBytes)
        request.acceptsCompression = true
        request.redirectLimit = configuration.redirectLimit
        request.connectTimeout = configuration.connectTimeout
        request.stallTimeout = configuration.downloadStallTimeout
        transfer = client.send(request) { [self] result in
            transfer = nil
            switch result {
            case .success(let response) where response.isSuccess:
                complete(.success(path))
            case .success(let response):
                let reason = StatusPhrase.standard(for: response.status) ?? "unknown status"
                let error = FileError.status(response.status, reason: reason, url: printableURL(url))
                [502, 503, 504].contains(response.status)
                    ? retry(after: error, file: file, path: path) : complete(.failure(error))
            case .failure(let error):
                // Who has waited for a slow server once need not wait for it again.
                error.isTransient && !error.isTimeout
                    ? retry(after: .download(error), file: file, path: path) : complete(.failure(.download(error)))
            }
        }
    }

    private func retry(after error: FileError, file: OpenFile, path: String) {
        guard attempts <= configuration.retryDelays.count, completion != nil else { return complete(.failure(error)) }
        delay = Delay(configuration.retryDelays[attempts - 1], on: loop) { [self] in
            delay = nil
            // What the broken attempt has written may be longer than the whole file turns out to be.
            loop.submit {
                ftruncate(file.descriptor, 0) == 0
            } then: { [self] isEmpty in
                isEmpty ? attempt(file: file, path: path) : complete(.failure(error))
            }
        }
    }

    private func complete(_ result: Result<String, FileError>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }
}
