public import EventLoop
public import HTTPClient

/// Turns the file inputs of predictions into local files: downloads http and https URLs, and decodes data URLs.
///
/// Bound to the loop; disk and base64 work runs on the thread pool.
public final class InputFetcher {
    private let loop: EventLoop
    private let client: HTTPClient
    private let configuration: FileTransferConfiguration
    /// Called on the loop when a download has ended.
    public var onDownloaded: ((TransferOutcome) -> Void)?

    /// Makes a fetcher; one serves all predictions.
    public init(on loop: EventLoop, client: HTTPClient, configuration: FileTransferConfiguration) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
    }

    /// Fetches all `inputs` into a new folder of `store`, some at once, and then calls `completion` with the path for each
    /// pointer. Those that are stored here are copied: the model may change its files.
    ///
    /// The first failure ends the whole fetch. The completion is called on the loop, never during this call.
    /// - Returns: The owner of the files, which always stay until ``InputFetch/discard()``.
    public func fetch(
        _ inputs: [FetchedInput], into store: FileStore,
        completion: @escaping (Result<[(pointer: String, path: String)], FileError>) -> Void
    ) -> InputFetch {
        loop.preconditionInEventLoop()
        return InputFetch(
            inputs, into: InputFolder(in: store, on: loop), client: client, loop: loop, configuration: configuration,
            onDownloaded: { [weak self] in self?.onDownloaded?($0) }, completion: completion)
    }
}

/// A file of an input, and where it is if the server has it already.
public struct FetchedInput {
    /// The string that stands for the file.
    public let input: FileInput
    /// The file that it names, if a client has stored that here.
    public let stored: StoredFile?

    /// Makes an input.
    public init(_ input: FileInput, stored: StoredFile? = nil) {
        self.input = input
        self.stored = stored
    }
}

/// The fetching of one prediction's inputs, and the files that it has made.
public final class InputFetch {
    /// The path of the file for each pointer, in the order of the inputs.
    public typealias Paths = [(pointer: String, path: String)]

    private let inputs: [FetchedInput]
    private let folder: InputFolder
    private let client: HTTPClient
    private let loop: EventLoop
    private let configuration: FileTransferConfiguration
    private let onDownloaded: (TransferOutcome) -> Void
    private var completion: ((Result<Paths, FileError>) -> Void)?

    private var paths: [String?]
    private var started = 0
    private var ended = 0
    private var downloads: [Int: Download] = [:]

    init(
        _ inputs: [FetchedInput], into folder: InputFolder, client: HTTPClient, loop: EventLoop,
        configuration: FileTransferConfiguration, onDownloaded: @escaping (TransferOutcome) -> Void,
        completion: @escaping (Result<Paths, FileError>) -> Void
    ) {
        self.inputs = inputs
        self.folder = folder
        self.client = client
        self.loop = loop
        self.configuration = configuration
        self.onDownloaded = onDownloaded
        self.completion = completion
        paths = Array(repeating: nil, count: inputs.count)
        if inputs.isEmpty {
            later { [self] in complete(.success([])) }
        }
        startMore()
    }

    /// Whether the completion hasn't been called yet.
    public var isRunning: Bool { completion != nil }

    /// Cancels the fetch: the completion is called with ``FileError/canceled`` immediately. Does nothing after the end.
    public func cancel() {
        loop.preconditionInEventLoop()
        complete(.failure(.canceled))
    }

    /// Removes the files as soon as nothing writes to them any more, and cancels what is left of the fetch. Must be
    /// called eventually. A second call does nothing.
    public func discard() {
        cancel()
        folder.remove()
    }

    private func startMore() {
        while completion != nil, started < inputs.count, started - ended < configuration.parallelDownloads {
            let index = started
            started += 1
            start(index)
        }
    }

    private func start(_ index: Int) {
        if let stored = inputs[index].stored { return copy(stored, index) }
        let input = inputs[index].input
        switch input.kind {
        case .http:
            let url = input.withText { String(decoding: $0, as: UTF8.self) }
            downloads[index] = Download(
                url, into: folder, client: client, loop: loop, configuration: configuration
            ) { [self] result in
                downloads[index] = nil
                onDownloaded(TransferOutcome(result))
                ended(index, result)
            }
        case .data:
            folder.perform {
                Self.decode(input, into: $0)
            } then: { [self] result in
                ended(index, result)
            }
        case nil:
            later { [self] in ended(index, .failure(.unsupportedURL)) }
        }
    }

    private func copy(_ stored: StoredFile, _ index: Int) {
        let (path, name) = (stored.path, stored.facts.name)
        folder.perform {
            $0.copy(path, named: name)
        } then: { [self] result in
            ended(index, result)
        }
    }

    private func later(_ body: @escaping () -> Void) {
        loop.submit(work: {}, then: body)
    }

    private static func decode(_ input: FileInput, into folder: InputFolder.Contents) -> Result<String, FileError> {
        input.withDataURL { url in
            url.flatMap { url in
                folder.makeFile(named: "file" + url.fileExtension).flatMap { file, path in
                    url.write(to: file, path: path).map { path }
                }
            }
        }
    }

    private func ended(_ index: Int, _ result: Result<String, FileError>) {
        guard completion != nil else { return }
        ended += 1
        switch result {
        case .success(let path):
            paths[index] = path
            guard ended == inputs.count else { return startMore() }
            complete(.success(zip(inputs, paths).map { (pointer: $0.input.pointer, path: $1 ?? "") }))
        case .failure(let error):
            complete(.failure(error))
        }
    }

    private func complete(_ result: Result<Paths, FileError>) {
        guard let completion else { return }
        self.completion = nil
        for download in downloads.values {
            download.cancel()
            onDownloaded(.canceled)
        }
        downloads = [:]
        completion(result)
    }
}

@available(*, unavailable)
extension FetchedInput: Sendable {}
@available(*, unavailable)
extension InputFetcher: Sendable {}
@available(*, unavailable)
extension InputFetch: Sendable {}
