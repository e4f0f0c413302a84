internal import CLibcurl
public import EventLoop
internal import Glibc

/// Sends requests to other servers, on the loop, over connections that are kept and shared.
///
/// libcurl is opened with the first request, on the thread pool, so a client that sends none costs nothing. Loop-bound:
/// completions are called on the loop, never from inside ``send(_:completion:)``.
public final class HTTPClient {
    /// How many connections are kept open for later requests.
    public static let keptConnectionLimit = 32

    /// How often transfers are looked at for having stalled.
    private static let sweepInterval: Duration = .milliseconds(250)

    let loop: EventLoop
    /// A bundle of certificates to use where neither the environment names one nor the system has one: certifi's.
    public var fallbackTrustFile: String?

    /// How many requests have not ended.
    public var inFlight: Int { transfers.count }

    private var multi: UnsafeMutableRawPointer?
    private var timer: Timer?  // libcurl's
    private var sweep: Timer?  // looks for transfers that have stalled
    private var stallable = 0  // transfers with a limit for stalling
    private var isSweeping = false
    private var isLoading = false
    private var waiting: [Transfer] = []  // for libcurl to be opened
    private var ending: [(Transfer, HTTPClientError)] = []
    private var soon: Timer?  // ends what is in `ending`
    private var watchers: [Int32: DescriptorWatcher] = [:]
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var trust: TrustStore?
    private var isActing = false
    private var isClosed = false

    /// Makes a client; nothing is opened yet.
    public init(on loop: EventLoop) {
        loop.preconditionInEventLoop()
        self.loop = loop
    }

    /// Sends `request` and calls `completion` when the answer is complete or the request has failed.
    ///
    /// An answer of any status is a success here. After ``close()`` every request fails as canceled.
    @discardableResult
    public func send(
        _ request: HTTPRequest, completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void
    ) -> Transfer {
        loop.preconditionInEventLoop()
        let transfer = Transfer(request, on: self, completion: completion)
        guard !isClosed else {
            loop.submit(work: {}) { transfer.end(.canceled) }
            return transfer
        }
        transfers[ObjectIdentifier(transfer)] = transfer
        if request.stallTimeout != nil { stallable += 1 }
        if let multi {
            start(transfer, on: multi)
        } else {
            waiting.append(transfer)
            load()
        }
        return transfer
    }

    /// Ends everything: requests in flight fail as canceled, their completions are called before this returns.
    public func close() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        isClosed = true
        for transfer in Array(transfers.values) {
            remove(transfer)
            transfer.end(.canceled)
        }
        (ending, waiting) = ([], [])
        if let multi { _ = cogcurl_multi_cleanup(multi) }
        multi = nil
        for watcher in watchers.values { watcher.close() }
        watchers = [:]
        timer?.close()
        sweep?.close()
        soon?.close()
    }

    // MARK: - Opening

    /// Opens libcurl on the thread pool (28 libraries, perhaps from a cold disk), then starts what waits for it.
    private func load() {
        guard !isLoading else { return }
        isLoading = true
        loop.submit {
            let reason = Self.carrierPath().withOptionalCString { cogcurl_load($0) }
            return reason.map { HTTPClientError.unavailable(reason: String(cString: $0)) }
        } then: { [self] error in
            isLoading = false
            guard !isClosed else { return }
            let transfers = waiting
            waiting = []
            do throws(HTTPClientError) {
                if let error { throw error }
                let multi = try makeMulti()
                for transfer in transfers where transfer.isWanted { start(transfer, on: multi) }
            } catch {
                for transfer in transfers { endSoon(transfer, error) }
            }
        }
    }

    private func start(_ transfer: Transfer, on multi: UnsafeMutableRawPointer) {
        do throws(HTTPClientError) {
            let easy = try transfer.prepare(trust: trustStore())
            let code = cogcurl_multi_add(multi, easy)
            guard code == CURLM_OK else {
                throw .unavailable(reason: String(cString: cogcurl_multi_strerror(code)))
            }
            if !isSweeping, transfer.request.stallTimeout != nil {
                isSweeping = true
                sweep?.start(after: Self.sweepInterval, repeating: Self.sweepInterval)
            }
        } catch {
            endSoon(transfer, error)
        }
    }

    private func makeMulti() throws(HTTPClientError) -> UnsafeMutableRawPointer {
        do throws(EventLoopError) {
            if timer == nil { timer = try Timer(on: loop) { [unowned self] in act(CURL_SOCKET_BAD, 0) } }
            if sweep == nil { sweep = try Timer(on: loop) { [unowned self] in sweepStalled() } }
        } catch {
            throw .unavailable(reason: error.description)
        }
        guard let multi = cogcurl_multi_init() else { throw .unavailable(reason: "curl_multi_init failed") }
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = cogcurl_multi_set_callbacks(
            multi, context,
            { _, socket, what, context, _ in
                HTTPClient.of(context).watch(socket, what)
                return 0
            },
            { _, milliseconds, context in
                HTTPClient.of(context).setTimer(milliseconds)
                return 0
            })
        _ = cogcurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnectionLimit)
        self.multi = multi
        return multi
    }

    /// The library that carries libcurl in the wheel, beside the program.
    private static func carrierPath() -> String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0, let program = String(validating: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self),
            let slash = program.lastIndex(of: "/")
        else { return nil }
        let carrier = program[...slash] + "libcoglet-curl.so"
        return access(String(carrier), R_OK) == 0 ? String(carrier) : nil
    }

    private func trustStore() -> TrustStore {
        if let trust { return trust }
        let found = TrustStore.find(fallback: fallbackTrustFile)
        // Without certificates look again next time: the fallback may become known later.
        if found.file != nil || found.folder != nil { trust = found }
        return found
    }

    // MARK: - Driving libcurl

    private static func of(_ context: UnsafeMutableRawPointer?) -> HTTPClient {
        Unmanaged<HTTPClient>.fromOpaque(context!).takeUnretainedValue()
    }

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            watchers.removeValue(forKey: socket)?.close()
            return
        }
        var events: DescriptorWatcher.Events = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        do throws(EventLoopError) {
            let watcher: DescriptorWatcher
            if let known = watchers[socket] {
                watcher = known
            } else {
                watcher = try DescriptorWatcher(on: loop, descriptor: socket) { [unowned self] result in
                    act(socket, Self.curlEvents(result))
                }
                watchers[socket] = watcher
            }
            try watcher.start(events)
        } catch {
            // The descriptor cannot be watched; the limits of time end the transfer that needs it.
            watchers.removeValue(forKey: socket)?.close()
        }
    }

    private static func curlEvents(_ result: Result<DescriptorWatcher.Events, EventLoopError>) -> Int32 {
        guard case .success(let events) = result else { return CURL_CSELECT_ERR }
        return (events.contains(.readable) ? CURL_CSELECT_IN : 0) | (events.contains(.writable) ? CURL_CSELECT_OUT : 0)
    }

    private func setTimer(_ milliseconds: Int) {
        // Not to be answered at once even for 0: libcurl must not be called from its own callbacks.
        milliseconds < 0 ? timer?.stop() : timer?.start(after: .milliseconds(milliseconds))
    }

    private func act(_ socket: curl_socket_t, _ events: Int32) {
        guard let multi else { return }
        act { _ = cogcurl_multi_act(multi, socket, events) }
    }

    /// Calls into libcurl, then ends what has ended; completions are called with libcurl not on the stack.
    func act(_ body: () -> Void) {
        precondition(!isActing, "libcurl was called from its own callback")
        isActing = true
        body()
        isActing = false
        while let multi {
            var code = CURLE_OK
            guard let easy = cogcurl_multi_next_done(multi, &code) else { break }
            let transfer = Unmanaged<Transfer>.fromOpaque(cogcurl_easy_private(easy)!).takeUnretainedValue()
            _ = cogcurl_multi_remove(multi, easy)
            transfer.ended(code, trust: trustStore())
        }
    }

    // MARK: - Ends

    func cancel(_ transfer: Transfer) {
        loop.preconditionInEventLoop()
        endSoon(transfer, .canceled)
    }

    func forget(_ transfer: Transfer) {
        guard transfers.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
        guard transfer.request.stallTimeout != nil else { return }
        stallable -= 1
        guard stallable == 0 else { return }
        isSweeping = false
        sweep?.stop()
    }

    private func remove(_ transfer: Transfer) {
        if let multi, let easy = transfer.easy { _ = cogcurl_multi_remove(multi, easy) }
    }

    private func endSoon(_ transfer: Transfer, _ error: HTTPClientError) {
        remove(transfer)
        ending.append((transfer, error))
        guard ending.count == 1 else { return }
        do throws(EventLoopError) {
            if soon == nil { soon = try Timer(on: loop) { [unowned self] in endWaiting() } }
            soon?.start(after: .zero)
        } catch {
            endWaiting()
        }
    }

    private func endWaiting() {
        let now = ending
        ending = []
        for (transfer, error) in now { transfer.end(error) }
    }

    // MARK: - Stalls

    private func sweepStalled() {
        for transfer in Array(transfers.values) where transfer.hasStalled(at: loop.now) {
            remove(transfer)
            transfer.end(
                .stalled(url: printableURL(transfer.request.url), after: transfer.request.stallTimeout ?? .zero))
        }
    }
}

@available(*, unavailable)
extension HTTPClient: Sendable {}

extension Optional where Wrapped == String {
    /// Gives `body` the text as a C string, or `nil`.
    fileprivate func withOptionalCString<Value>(_ body: (UnsafePointer<CChar>?) -> Value) -> Value {
        guard let self else { return body(nil) }
        return self.withCString(body)
    }
}
