internal import CLibcurl
public import EventLoop
internal import Glibc

/// Sends requests to other servers, on the loop, over connections that are kept and shared.
///
/// libcurl is opened with the first request, on the thread pool, so a client that sends none costs nothing. Bound to
/// the loop: completions are called on the loop, never during ``send(_:completion:)``.
public final class HTTPClient {
    /// How many idle connections are kept for later requests.
    public static let keptConnectionLimit = 32

    /// How often transfers are checked for having stalled or being too slow.
    private static let sweepInterval: Duration = .milliseconds(250)

    let loop: EventLoop
    /// The number of unfinished requests.
    public var inFlight: Int { transfers.count }

    let proxies: ProxySettings
    private let fallbackTrustFile: String?
    private(set) var multi: UnsafeMutableRawPointer?
    var timer: Timer?  // libcurl's
    var sweep: Timer?  // looks for transfers that have stalled or are too slow
    private var watched = 0  // transfers that are checked
    private var isSweeping = false
    private var isLoading = false
    let transferLimit: Int
    private var running = 0  // transfers that libcurl has
    private var waiting: [Transfer] = []  // for libcurl to be opened, or for others to end; in order
    private var ending: [(Transfer, HTTPClientError)] = []
    private var soon: Timer?  // ends what is in `ending`
    var watchers: [Int32: DescriptorWatcher] = [:]
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var trust: TrustStore?
    var isActing = false
    private var isClosed = false

    /// Makes a client without opening anything yet.
    ///
    /// `fallbackTrustFile` is a bundle of certificates that TLS trusts if the environment names none and the system has
    /// none. At most `transferLimit` requests run at once; the others wait. `proxies` decides which requests go through
    /// a proxy.
    public init(
        on loop: EventLoop, proxies: ProxySettings = .none, fallbackTrustFile: String? = nil, transferLimit: Int = 1024
    ) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.proxies = proxies
        self.fallbackTrustFile = fallbackTrustFile
        self.transferLimit = transferLimit
    }

    /// Sends `request` and calls `completion` when the response is complete or the request has failed.
    ///
    /// A response with any status counts as success here. After ``close()``, every request fails as canceled.
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
        if request.isWatched { watched += 1 }
        waiting.append(transfer)
        if let multi {
            startWaiting(on: multi)
        } else {
            load()
        }
        return transfer
    }

    /// Ends everything: unfinished requests fail as canceled, and their completions are called before this returns.
    public func close() {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        isClosed = true
        (ending, waiting) = ([], [])
        for transfer in Array(transfers.values) {
            remove(transfer)
            transfer.end(.canceled)
        }
        if let multi { _ = cogcurl_multi_cleanup(multi) }
        multi = nil
        for watcher in watchers.values { watcher.close() }
        watchers = [:]
        timer?.close()
        sweep?.close()
        soon?.close()
    }

    // MARK: - Opening

    /// Opens libcurl on the thread pool (28 libraries, possibly from a cold disk), then starts the waiting requests.
    private func load() {
        guard !isLoading else { return }
        isLoading = true
        loop.submit {
            let reason = Self.carrierPath().withOptionalCString { cogcurl_load($0) }
            return reason.map { HTTPClientError.unavailable(reason: String(cString: $0)) }
        } then: { [self] error in
            isLoading = false
            guard !isClosed else { return }
            do throws(HTTPClientError) {
                if let error { throw error }
                let multi = try makeMulti()
                self.multi = multi
                startWaiting(on: multi)
            } catch {
                let transfers = waiting
                waiting = []
                for transfer in transfers { endSoon(transfer, error) }
            }
        }
    }

    private func startWaiting(on multi: UnsafeMutableRawPointer) {
        while running < transferLimit, !waiting.isEmpty {
            let transfer = waiting.removeFirst()
            if transfer.isWanted { start(transfer, on: multi) }
        }
    }

    private func start(_ transfer: Transfer, on multi: UnsafeMutableRawPointer) {
        do throws(HTTPClientError) {
            try add(try transfer.prepare(trust: trustStore()), to: multi)
            transfer.isRunning = true
            running += 1
            if !isSweeping, transfer.request.isWatched {
                isSweeping = true
                sweep?.start(after: Self.sweepInterval, repeating: Self.sweepInterval)
            }
        } catch {
            endSoon(transfer, error)
        }
    }

    /// Has libcurl run a transfer.
    private func add(_ easy: UnsafeMutableRawPointer, to multi: UnsafeMutableRawPointer) throws(HTTPClientError) {
        let code = cogcurl_multi_add(multi, easy)
        guard code == CURLM_OK else { throw .unavailable(reason: String(cString: cogcurl_multi_strerror(code))) }
    }

    /// libcurl has finished a response: the transfer ends, or follows a redirect.
    func answered(_ transfer: Transfer, _ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        guard let multi, transfer.goesOn(after: code) else { return transfer.ended(code, trust: trustStore()) }
        do throws(HTTPClientError) {
            try add(easy, to: multi)
        } catch {
            transfer.end(error)
        }
    }

    /// The library that contains libcurl in the wheel, next to the program.
    private static func carrierPath() -> String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0, let program = String(validating: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self),
            let slash = program.lastIndex(of: "/")
        else { return nil }
        let carrier = program[...slash] + "libcoglet-curl.so"
        return access(String(carrier), R_OK) == 0 ? String(carrier) : nil
    }

    func trustStore() -> TrustStore {
        if let trust { return trust }
        let found = TrustStore.find(fallback: fallbackTrustFile)
        // If no certificates were found, look again next time: they may have been installed by then.
        if found.file != nil || found.folder != nil { trust = found }
        return found
    }

    // MARK: - Ends

    func cancel(_ transfer: Transfer) {
        loop.preconditionInEventLoop()
        endSoon(transfer, .canceled)
    }

    func forget(_ transfer: Transfer) {
        guard transfers.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
        if transfer.isRunning {
            transfer.isRunning = false
            running -= 1
        }
        if let multi { startWaiting(on: multi) }
        guard transfer.request.isWatched else { return }
        watched -= 1
        guard watched == 0 else { return }
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

    // MARK: - Slow transfers

    func endSlowTransfers() {
        for transfer in Array(transfers.values) {
            guard let error = transfer.slowness(at: loop.now) else { continue }
            remove(transfer)
            transfer.end(error)
        }
    }
}

@available(*, unavailable)
extension HTTPClient: Sendable {}

extension Optional where Wrapped == String {
    /// Calls `body` with the text as a C string, or with `nil`.
    fileprivate func withOptionalCString<Value>(_ body: (UnsafePointer<CChar>?) -> Value) -> Value {
        guard let self else { return body(nil) }
        return self.withCString(body)
    }
}
