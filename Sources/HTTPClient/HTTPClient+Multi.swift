internal import CLibcurl
internal import EventLoop

extension HTTPClient {
    /// Makes the handle that runs the transfers, using this client's sockets and timer.
    func makeMulti() throws(HTTPClientError) -> UnsafeMutableRawPointer {
        do throws(EventLoopError) {
            if timer == nil { timer = try Timer(on: loop) { [unowned self] in act(CURL_SOCKET_BAD, 0) } }
            if sweep == nil { sweep = try Timer(on: loop) { [unowned self] in endSlowTransfers() } }
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
        _ = cogcurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, min(Self.keptConnectionLimit, transferLimit))
        return multi
    }

    // MARK: - Called by libcurl

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
            // The descriptor can't be watched; the time limits end the transfer that needs it.
            watchers.removeValue(forKey: socket)?.close()
        }
    }

    private static func curlEvents(_ result: Result<DescriptorWatcher.Events, EventLoopError>) -> Int32 {
        guard case .success(let events) = result else { return CURL_CSELECT_ERR }
        return (events.contains(.readable) ? CURL_CSELECT_IN : 0) | (events.contains(.writable) ? CURL_CSELECT_OUT : 0)
    }

    private func setTimer(_ milliseconds: Int) {
        // Don't act immediately even for 0: libcurl must not be called from its own callbacks.
        milliseconds < 0 ? timer?.stop() : timer?.start(after: .milliseconds(milliseconds))
    }

    private func act(_ socket: curl_socket_t, _ events: Int32) {
        guard let multi else { return }
        act { _ = cogcurl_multi_act(multi, socket, events) }
    }

    /// Calls into libcurl, then ends finished transfers. Completions run after libcurl has returned.
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
            answered(transfer, easy, code)
        }
    }
}
