internal import EventLoop
internal import Glibc
internal import HTTPClient

/// The download of one file to disk, including all attempts.
final class Download {
    private let url: String
    private let folder: InputFolder
    private let client: HTTPClient
    private let loop: EventLoop
    private let configuration: FileTransferConfiguration
    private var completion: ((Result<String, FileError>) -> Void)?

    private let name: String
    private var transfer: Transfer?
    private var delay: Delay?
    private var attempts = 0
    /// The file of the latest attempt.
    private var path: String?

    /// Starts the download. `completion` is called on the loop with the file's path, never during this call.
    init(
        _ url: String, into folder: InputFolder, client: HTTPClient, loop: EventLoop,
        configuration: FileTransferConfiguration, completion: @escaping (Result<String, FileError>) -> Void
    ) {
        self.url = url
        self.folder = folder
        self.client = client
        self.loop = loop
        self.configuration = configuration
        self.completion = completion
        // An invalid URL fails in the first attempt.
        name = FileName.ofDownload(from: (try? HTTPURL(url))?.text ?? url)
        attempt()
    }

    /// Cancels the download; the completion is no longer called.
    func cancel() {
        completion = nil
        delay?.cancel()
        transfer?.cancel()
    }

    /// Each attempt has its own file, so late writes of a failed one can't corrupt it.
    private func attempt() {
        guard completion != nil else { return }
        attempts += 1
        folder.perform { [name, path] contents in
            if let path { unlink(path) }
            return contents.makeFile(named: name)
        } then: { [self] result in
            switch result {
            case .success(let (file, path)): send(file: file, path: path)
            case .failure(let error): complete(.failure(error))
            }
        }
    }

    private func send(file: OpenFile, path: String) {
        guard completion != nil else { return }
        self.path = path
        var request = HTTPRequest(.get, url)
        request.fields = [("user-agent", configuration.downloadUserAgent)]
        request.destination = .file(file, limitBytes: configuration.downloadLimitBytes)
        request.acceptsCompression = true
        request.keepsCookies = true
        request.redirectLimit = configuration.redirectLimit
        request.allowsPrivateAddresses = configuration.allowsPrivateAddresses
        request.connectTimeout = configuration.connectTimeout
        request.stallTimeout = configuration.downloadStallTimeout
        request.minimumRate = configuration.minimumRate
        transfer = client.send(request) { [self] result in
            transfer = nil
            switch result {
            case .success(let response) where response.isSuccess:
                finish(path, Self.missingSuffix(of: name, in: response))
            case .success(let response):
                let reason = StatusPhrase.standard(for: response.status) ?? "unknown status"
                let error = FileError.status(response.status, reason: reason, url: printableURL(url))
                response.isTransientFailure
                    ? retry(after: error, asked: response.retryAfter) : complete(.failure(error))
            case .failure(let error):
                // After one timeout, don't wait for the same slow server again.
                error.isTransient && !error.isTimeout
                    ? retry(after: .download(error)) : complete(.failure(.download(error)))
            }
        }
    }

    private func retry(after error: FileError, asked: Duration? = nil) {
        let wait = configuration.retryDelay(afterAttempts: attempts, retryAfter: asked)
        guard let wait, completion != nil else { return complete(.failure(error)) }
        delay = Delay(wait, on: loop) { [self] in
            delay = nil
            attempt()
        }
    }

    /// The suffix for a file whose URL has none, from the name that the server suggests, or else from the media type.
    private static func missingSuffix(of name: String, in response: HTTPResponse) -> String {
        guard FileName.split(name).fileExtension.count < 2 else { return "" }
        let suggested = response[field: "content-disposition"].flatMap(ContentDisposition.fileName(in:))
        let suffix = suggested.map(FileName.suffix(ofSuggested:)) ?? ""
        guard suffix.isEmpty else { return suffix }
        return MediaType.fileExtension(forType: response[field: "content-type"] ?? "")
    }

    private func finish(_ path: String, _ suffix: String) {
        guard !suffix.isEmpty else { return complete(.success(path)) }
        folder.perform {
            $0.rename(path, adding: suffix)
        } then: { [self] result in
            complete(result)
        }
    }

    private func complete(_ result: Result<String, FileError>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }
}
