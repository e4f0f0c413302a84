internal import CLibcurl
internal import EventLoop
internal import Glibc

/// One request in flight.
///
/// It lives until its completion was called; there is no need to keep it, except to cancel it.
public final class Transfer {
    typealias Completion = (Result<HTTPResponse, HTTPClientError>) -> Void

    let request: HTTPRequest
    private weak var client: HTTPClient?
    private var completion: Completion?

    /// libcurl's handle, `nil` before the start and after the end.
    private(set) var easy: UnsafeMutableRawPointer?
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var head = ResponseHead()
    private var source: BodySource?
    private var sink: BodySink?
    private var failure: HTTPClientError?  // found by a callback, more precise than libcurl's code
    private var isPaused = false
    private var isCanceled = false
    private var movedBytes = -1
    private var movedAt: Duration = .zero

    init(_ request: HTTPRequest, on client: HTTPClient, completion: @escaping Completion) {
        self.request = request
        self.client = client
        self.completion = completion
        errorText.pointee = 0
    }

    deinit {
        errorText.deallocate()
    }

    /// Whether the end has not been decided yet.
    var isWanted: Bool { completion != nil && !isCanceled }

    /// Gives the request up; its completion is called with ``HTTPClientError/canceled`` in a later round of the loop.
    /// After the end this does nothing.
    public func cancel() {
        guard isWanted else { return }
        isCanceled = true
        client?.cancel(self)
    }

    // MARK: - Driven by the client

    /// Makes libcurl's handle, ready to be added.
    func prepare(trust: TrustStore) throws(HTTPClientError) -> UnsafeMutableRawPointer {
        // libcurl guesses a missing scheme.
        guard HTTPClientError.isHTTP(request.url) else {
            throw .invalidURL(printableURL(request.url), reason: "neither http nor https")
        }
        guard let loop = client?.loop, let easy = cogcurl_easy_init() else {
            throw .unavailable(reason: "curl_easy_init failed")
        }
        self.easy = easy
        source = BodySource(on: loop, body: request.body) { [weak self] in self?.resume() }
        sink = BodySink(on: loop, destination: request.destination) { [weak self] in self?.resume() }
        movedAt = loop.now
        try setOptions(of: easy, trust: trust)
        return easy
    }

    /// Whether no byte has moved for too long.
    func hasStalled(at now: Duration) -> Bool {
        guard let limit = request.stallTimeout, let easy else { return false }
        let moved =
            cogcurl_easy_offset(easy, CURLINFO_SIZE_UPLOAD_T) + cogcurl_easy_offset(easy, CURLINFO_SIZE_DOWNLOAD_T)
            + head.lengthBytes
        // A pause is our own doing. Before the connection stands, the connection's own limit counts.
        if moved != movedBytes || isPaused || cogcurl_easy_offset(easy, CURLINFO_PRETRANSFER_TIME_T) == 0 {
            movedBytes = moved
            movedAt = now
            return false
        }
        return now - movedAt >= limit
    }

    /// libcurl is through with this request; its handle was removed already.
    func ended(_ code: CURLcode, trust: TrustStore) {
        guard let easy, let sink else { return }
        let status = cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE)
        let url = cogcurl_easy_string(easy, CURLINFO_EFFECTIVE_URL).map { String(cString: $0) } ?? request.url
        let error = code == CURLE_OK ? failure : failure ?? clientError(for: code, url: url, trust: trust)
        freeHandle()
        if let error { return complete(.failure(error)) }
        sink.finish { [self] result in
            switch result {
            case .success:
                complete(
                    .success(
                        HTTPResponse(
                            status: status, fields: head.fields, url: url, body: sink.kept,
                            bodyLengthBytes: sink.lengthBytes)))
            case .failure(let error):
                complete(.failure(.file(error)))
            }
        }
    }

    /// Ends with `error`; libcurl no longer knows the handle.
    func end(_ error: HTTPClientError) {
        freeHandle()
        complete(.failure(error))
    }

    private func complete(_ result: Result<HTTPResponse, HTTPClientError>) {
        guard let completion else { return }
        self.completion = nil
        client?.forget(self)
        completion(isCanceled ? .failure(.canceled) : result)
    }

    private func freeHandle() {
        if let easy { cogcurl_easy_cleanup(easy) }
        easy = nil
        if let fieldList { cogcurl_list_free(fieldList) }
        fieldList = nil
    }

    private func resume() {
        guard isPaused, let easy else { return }
        isPaused = false
        client?.act { _ = cogcurl_easy_pause(easy, 0) }
    }

    // MARK: - Options

    private func setOptions(of easy: UnsafeMutableRawPointer, trust: TrustStore) throws(HTTPClientError) {
        var codes: [CURLcode] = []
        func set(_ option: CURLoption, _ value: Int) { codes.append(cogcurl_easy_set_long(easy, option, value)) }
        func set(_ option: CURLoption, _ value: String?) { codes.append(cogcurl_easy_set_string(easy, option, value)) }
        func set(_ option: CURLoption, _ value: UnsafeRawPointer?) {
            codes.append(cogcurl_easy_set_pointer(easy, option, value))
        }
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())

        set(CURLOPT_PRIVATE, context)
        set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, request.redirectLimit > 0 ? 1 : 0)
        set(CURLOPT_MAXREDIRS, request.redirectLimit)
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.millisecondsRoundedUp))
        if let totalTimeout = request.totalTimeout {
            set(CURLOPT_TIMEOUT_MS, Int(totalTimeout.millisecondsRoundedUp))
        }
        if request.acceptsCompression { set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") }
        // The defaults libcurl was built with are of the machine that built it: always say which.
        set(CURLOPT_CAINFO, trust.file)
        set(CURLOPT_CAPATH, trust.folder)
        if case .file = request.destination { set(CURLOPT_BUFFERSIZE, 64 * 1024) }
        setMethod(set: set, setLength: { codes.append(cogcurl_easy_set_offset(easy, $0, curl_off_t($1))) })
        setCallbacks(of: easy, context: context)
        fieldList = makeFieldList()
        set(CURLOPT_HTTPHEADER, UnsafeRawPointer(fieldList))

        guard let failed = codes.first(where: { $0 != CURLE_OK }) else { return }
        throw .unavailable(reason: "curl_easy_setopt: \(String(cString: cogcurl_easy_strerror(failed)))")
    }

    private func setMethod(set: (CURLoption, Int) -> Void, setLength: (CURLoption, Int) -> Void) {
        let length = source?.lengthBytes ?? 0
        switch request.method {
        case .get:
            set(CURLOPT_HTTPGET, 1)
        case .post:
            set(CURLOPT_POST, 1)
            setLength(CURLOPT_POSTFIELDSIZE_LARGE, length)
        case .put:
            set(CURLOPT_UPLOAD, 1)
            setLength(CURLOPT_INFILESIZE_LARGE, length)
            if length > BodySource.pieceBytes { set(CURLOPT_UPLOAD_BUFFERSIZE, BodySource.pieceBytes) }
        }
    }

    private func makeFieldList() -> UnsafeMutablePointer<curl_slist>? {
        // Without this libcurl waits up to a second for "100 Continue" before it sends a large body.
        var list = cogcurl_list_append(nil, "Expect:")
        for (name, value) in request.fields {
            // A field without value is written with a semicolon; a line break would end the field and start another.
            let clean = value.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" && $0 != "\0" }
            list = cogcurl_list_append(list, clean.isEmpty ? "\(name);" : "\(name): \(clean)") ?? list
        }
        return list
    }

    private func setCallbacks(of easy: UnsafeMutableRawPointer, context: UnsafeRawPointer) {
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
            _ = cogcurl_easy_set_pointer(easy, option, context)
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            let line = UnsafeRawBufferPointer(start: bytes, count: count)
            return Transfer.of(context).headLine(line) ? count : 0
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            Transfer.of(context).bodyArrived(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
            Transfer.of(context).bodyWanted(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        _ = cogcurl_easy_set_on_seek(easy) { context, offset, origin in
            guard offset == 0, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
            Transfer.of(context).source?.rewind()
            return CURL_SEEKFUNC_OK
        }
    }

    // MARK: - Called by libcurl

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        // The client holds every transfer until libcurl has let its handle go.
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    private func headLine(_ line: UnsafeRawBufferPointer) -> Bool {
        if head.feed(line) { return true }
        failure = .headTooLarge(url: printableURL(request.url), limitBytes: ResponseHead.limitBytes)
        return false
    }

    private func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let easy, let sink else { return 0 }
        // What was announced, packed if it is packed, or -1.
        let announced = cogcurl_easy_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        let status = cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE)
        switch sink.put(bytes, status: status, announcedBytes: announced) {
        case .taken:
            return bytes.count
        case .notYet:
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .tooLarge(let limitBytes):
            failure = .tooLarge(url: printableURL(request.url), limitBytes: limitBytes)
        case .failed(let error):
            failure = .file(error)
        }
        return 0
    }

    private func bodyWanted(_ destination: UnsafeMutableRawBufferPointer) -> Int {
        switch source?.take(into: destination) {
        case .bytes(let count):
            return count
        case .notYet:
            isPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .failed(let error):
            failure = .file(error)
        case nil:
            break
        }
        return Int(CURL_READFUNC_ABORT)
    }

    // MARK: - Errors

    private func clientError(for code: CURLcode, url: String, trust: TrustStore) -> HTTPClientError {
        let reason =
            errorText.pointee == 0
            ? String(cString: cogcurl_easy_strerror(code)) : String(cString: errorText)
        return .curl(code, reason: reason, url: printableURL(url), request: request, trust: trust)
    }
}

@available(*, unavailable)
extension Transfer: Sendable {}
