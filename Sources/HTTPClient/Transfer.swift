internal import CLibcurl
internal import EventLoop
internal import Glibc

/// A request in progress.
///
/// It stays alive until its completion has been called. Keep a reference only to cancel it.
public final class Transfer {
    typealias Completion = (Result<HTTPResponse, HTTPClientError>) -> Void

    let request: HTTPRequest
    private weak var client: HTTPClient?
    private var completion: Completion?

    /// libcurl's handle; `nil` before the start and after the end.
    private(set) var easy: UnsafeMutableRawPointer?
    var fieldList: UnsafeMutablePointer<curl_slist>?
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    var head = ResponseHead()
    private(set) var source: BodySource?
    private(set) var sink: BodySink?
    var failure: HTTPClientError?  // set by a callback; more precise than libcurl's code
    /// The state of the request; nil before the start.
    private(set) var chain: RedirectChain?
    /// The proxy that the request currently uses.
    private(set) var proxy: ProxySettings.Proxy?
    /// Whether libcurl was kept from an address that the request may not use.
    var wasKeptAway = false
    private var deadline: Duration?
    var isPaused = false
    /// Whether the transfer counts as started by the client.
    var isRunning = false
    private var isCanceled = false
    private var moved = MovedBytes()
    private var movedAt: Duration = .zero
    private var rate = RateWatch()
    private var hasAnswerBegun = false
    /// Whether a consumer has received the response's head.
    var isHeadTold = false

    init(_ request: HTTPRequest, on client: HTTPClient, completion: @escaping Completion) {
        self.request = request
        self.client = client
        self.completion = completion
        errorText.pointee = 0
    }

    deinit {
        errorText.deallocate()
    }

    /// Whether the outcome is still open.
    var isWanted: Bool { completion != nil && !isCanceled }

    /// Cancels the request. Its completion is called with ``HTTPClientError/canceled`` in a later round of the loop.
    /// Does nothing after the end.
    public func cancel() {
        guard isWanted else { return }
        isCanceled = true
        client?.cancel(self)
    }

    // MARK: - Driven by the client

    /// Makes libcurl's handle, ready to be added.
    func prepare(trust: TrustStore) throws(HTTPClientError) -> UnsafeMutableRawPointer {
        let chain = try RedirectChain(request)
        guard let loop = client?.loop, let easy = cogcurl_easy_init() else {
            throw .unavailable(reason: "curl_easy_init failed")
        }
        self.easy = easy
        source = BodySource(on: loop, body: request.body) { [weak self] in self?.resume() }
        sink = BodySink(on: loop, destination: request.destination) { [weak self] in self?.resume() }
        movedAt = loop.now
        deadline = request.totalTimeout.map { loop.now + $0 }
        try setOptions(of: easy, trust: trust)
        try setTarget(chain, of: easy)
        return easy
    }

    /// Whether the response redirects the request; libcurl's handle is then ready to be added again.
    func goesOn(after code: CURLcode) -> Bool {
        guard code == CURLE_OK, failure == nil, isWanted, let easy, var chain, let location = redirect else {
            return false
        }
        do throws(HTTPClientError) {
            try chain.redirected(status: cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE), to: location)
            guard source?.rewind() != false else { throw .redirectRefused(url: printableURL(request.url)) }
            try setTarget(chain, of: easy)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// The target that the current response redirects to, if any.
    var redirect: String? {
        guard let easy, let chain else { return nil }
        let location = head["location"]
        return chain.leads(status: cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE), location: location)
            ? location : nil
    }

    /// Points libcurl's handle at the current target.
    private func setTarget(_ chain: RedirectChain, of easy: UnsafeMutableRawPointer) throws(HTTPClientError) {
        guard let client else { throw .canceled }
        self.chain = chain
        wasKeptAway = false
        proxy = try client.proxies.proxy(for: chain.url)
        if !request.allowsPrivateAddresses, proxy != nil, chain.url.isWrittenPrivate {
            throw .privateAddress(host: chain.url.host)
        }
        var remaining: Duration?
        if let deadline {
            let rest = deadline - client.loop.now
            guard rest > .zero, let total = request.totalTimeout else {
                throw .timedOut(url: chain.url.printable, after: request.totalTimeout ?? .zero)
            }
            remaining = min(rest, total)
        }
        let old = fieldList
        defer { if let old { cogcurl_list_free(old) } }
        fieldList = makeFieldList(chain.fields(of: request))
        try setTarget(chain, proxy: proxy, remaining: remaining, of: easy)
    }

    /// Why the transfer has to end, if no byte has moved for too long or too few have.
    func slowness(at now: Duration) -> HTTPClientError? {
        guard let easy else { return nil }
        let hasMoved = moved.update(
            uploaded: cogcurl_easy_offset(easy, CURLINFO_SIZE_UPLOAD_T),
            downloaded: cogcurl_easy_offset(easy, CURLINFO_SIZE_DOWNLOAD_T), heads: head.totalBytes)
        // The server may think before it responds. That is left to the stall timeout; the response is measured
        // separately.
        if !hasAnswerBegun, head.totalBytes > 0 {
            hasAnswerBegun = true
            if let source, source.lengthBytes != 0 { rate.restart() }
        }
        if isPaused { rate.restart() }
        if let minimum = request.minimumRate, rate.isTooSlow(moved.total, at: now, minimum: minimum) {
            return .tooSlow(url: printableURL(request.url), minimum: minimum)
        }
        // A pause is our own doing. Until the connection is established, its own limit applies.
        if hasMoved || isPaused || cogcurl_easy_offset(easy, CURLINFO_PRETRANSFER_TIME_T) == 0 {
            movedAt = now
            return nil
        }
        guard let limit = request.stallTimeout, now - movedAt >= limit else { return nil }
        return .stalled(url: printableURL(request.url), after: limit)
    }

    /// libcurl has finished this request, and its handle was removed.
    func ended(_ code: CURLcode, trust: TrustStore) {
        guard let easy, let sink else { return }
        let status = cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE)
        guard let url = chain?.url else { return }
        let error = code == CURLE_OK ? failure : failure ?? clientError(for: code, url: url, trust: trust)
        freeHandle()
        if let error { return complete(.failure(error)) }
        sink.finish { [self] result in
            switch result {
            case .success:
                complete(
                    .success(
                        HTTPResponse(
                            status: status, fields: head.fields, url: url.text, body: sink.kept,
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

    /// Resumes after the request's producer had nothing or its consumer had no room; otherwise does nothing.
    public func resume() {
        guard isPaused, let easy else { return }
        isPaused = false
        rate.restart()
        client?.act { _ = cogcurl_easy_pause(easy, 0) }
    }

    // MARK: - Errors

    private func clientError(for code: CURLcode, url: HTTPURL, trust: TrustStore) -> HTTPClientError {
        // Another address of the host may have been tried too.
        if wasKeptAway, code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK {
            return .privateAddress(host: url.host)
        }
        let reason =
            errorText.pointee == 0
            ? String(cString: cogcurl_easy_strerror(code)) : String(cString: errorText)
        return .curl(code, reason: reason, url: url, proxy: proxy, request: request, trust: trust)
    }
}

@available(*, unavailable)
extension Transfer: Sendable {}
