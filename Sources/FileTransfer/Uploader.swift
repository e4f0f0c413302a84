public import EventLoop
internal import Glibc
public import HTTPClient

/// Sends output files to the server that `--upload-url` names. Bound to the loop.
public final class Uploader {
    let loop: EventLoop
    let client: HTTPClient
    let configuration: FileTransferConfiguration
    private let base: HTTPURL

    /// Makes an uploader for URLs below `uploadURL`; one serves all predictions.
    public init(
        on loop: EventLoop, client: HTTPClient, uploadURL: HTTPURL, configuration: FileTransferConfiguration
    ) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
        base = uploadURL
    }

    /// Makes a session for the uploads of one prediction.
    public func makeSession(predictionID: String) -> UploadSession {
        UploadSession(of: self, predictionID: predictionID)
    }

    func target(for name: String) -> String {
        base.appending(segment: name).textWithCredentials
    }
}

/// The uploads of one prediction. They run concurrently, under names that are unique among them.
public final class UploadSession {
    /// Gets the URL of the file, or the reason why it has none.
    public typealias Completion = (Result<String, FileError>) -> Void

    /// The facts about a finished upload.
    public struct Report {
        /// The size of the file; nil if unknown.
        public let bytes: Int?
        /// The file's media type.
        public let type: String
        /// Why the file has no URL; nil if it has one.
        public let error: FileError?
    }

    private let uploader: Uploader
    private let predictionID: String
    private var names: Set<String> = []
    private var uploads: [ObjectIdentifier: Upload] = [:]

    init(of uploader: Uploader, predictionID: String) {
        self.uploader = uploader
        self.predictionID = predictionID
    }

    /// The number of unfinished uploads.
    public var inFlight: Int { uploads.count }

    /// Sends `file` as `PUT <upload URL>/<name>` and calls `completion` with the URL that the file has afterwards.
    ///
    /// If the prediction has used a name before, it gets a number: `out.png`, `out-1.png`. Transport errors, 429, and
    /// 5xx are retried. The completion is called on the loop, never during this call; `noting` is called right before
    /// it.
    public func upload(
        _ file: OpenFile, named name: String, noting: ((Report) -> Void)? = nil, completion: @escaping Completion
    ) {
        uploader.loop.preconditionInEventLoop()
        let unique = uniqueName(for: name)
        var request = HTTPRequest(.put, uploader.target(for: unique))
        let type = MediaType.ofOutput(named: unique)
        request.fields = [
            ("content-type", type), ("x-prediction-id", predictionID),
            ("user-agent", uploader.configuration.uploadUserAgent),
        ]
        request.redirectLimit = uploader.configuration.redirectLimit
        request.connectTimeout = uploader.configuration.connectTimeout
        request.stallTimeout = uploader.configuration.uploadStallTimeout
        request.minimumRate = uploader.configuration.minimumRate
        let upload = Upload(request, of: file, named: name, for: uploader)
        uploads[ObjectIdentifier(upload)] = upload
        upload.start { [self] result in
            uploads[ObjectIdentifier(upload)] = nil
            if let noting {
                let error: FileError? = if case .failure(let error) = result { error } else { nil }
                noting(Report(bytes: upload.lengthBytes, type: type, error: error))
            }
            completion(result)
        }
    }

    /// Cancels all uploads: their completions are called with ``FileError/canceled`` before this returns.
    public func cancel() {
        for upload in Array(uploads.values) { upload.cancel() }
    }

    private func uniqueName(for name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? ""
        let wanted = ["", ".", ".."].contains(last) ? "file" : last
        let (stem, fileExtension) = FileName.split(wanted)
        var unique = wanted
        var number = 0
        while !names.insert(unique).inserted {
            number += 1
            unique = "\(stem)-\(number)\(fileExtension)"
        }
        return unique
    }
}

/// The upload of one output file, including all attempts.
private final class Upload {
    private var request: HTTPRequest
    private let file: OpenFile
    private let name: String
    private let uploader: Uploader
    private var completion: UploadSession.Completion?
    private var transfer: Transfer?
    private var delay: Delay?
    private var attempts = 0
    /// Nil until it is known.
    private(set) var lengthBytes: Int?

    init(_ request: HTTPRequest, of file: OpenFile, named name: String, for uploader: Uploader) {
        self.request = request
        self.file = file
        self.name = name
        self.uploader = uploader
    }

    func start(completion: @escaping UploadSession.Completion) {
        self.completion = completion
        let file = file
        uploader.loop.submit {
            var status = stat()
            guard fstat(file.descriptor, &status) == 0 else {
                return Result<Int?, SystemError>.failure(SystemError(code: errno, operation: "read"))
            }
            return .success(status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
        } then: { [self] (size: Result<Int?, SystemError>) in
            switch size {
            case .success(let size?):
                lengthBytes = size
                request.body = .file(file, lengthBytes: size)
                attempt()
            case .success(nil):
                complete(.failure(.notAFile(name: name)))
            case .failure(let error):
                complete(.failure(.output(error, name: name)))
            }
        }
    }

    func cancel() {
        delay?.cancel()
        transfer?.cancel()
        complete(.failure(.canceled))
    }

    private func attempt() {
        guard completion != nil else { return }
        attempts += 1
        transfer = uploader.client.send(request) { [self] result in
            transfer = nil
            switch result {
            case .success(let response) where response.isSuccess:
                complete(.success(Self.url(of: response)))
            case .success(let response):
                let error = FileError.uploadStatus(response.status)
                response.isTransientFailure
                    ? retry(after: error, asked: response.retryAfter) : complete(.failure(error))
            case .failure(let error) where error.isTooSlow:
                complete(.failure(.upload(error)))
            case .failure(let error) where error.isTimeout:
                complete(.failure(.uploadTimedOut))
            case .failure(.file(let error)):
                complete(.failure(.output(error, name: name)))
            case .failure(let error):
                error.isTransient ? retry(after: .upload(error)) : complete(.failure(.upload(error)))
            }
        }
    }

    private func retry(after error: FileError, asked: Duration? = nil) {
        let wait = uploader.configuration.retryDelay(afterAttempts: attempts, retryAfter: asked)
        guard let wait, completion != nil else { return complete(.failure(error)) }
        delay = Delay(wait, on: uploader.loop) { [self] in
            delay = nil
            attempt()
        }
    }

    /// The `location` that the server named, or else the URL that accepted the file; without credentials and query,
    /// which may have authorized the upload.
    private static func url(of response: HTTPResponse) -> String {
        withoutSecrets(inReference: response[field: "location"] ?? response.url)
    }

    private func complete(_ result: Result<String, FileError>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }
}

@available(*, unavailable)
extension Uploader: Sendable {}
@available(*, unavailable)
extension UploadSession: Sendable {}
