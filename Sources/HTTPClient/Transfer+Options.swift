internal import CLibcurl
internal import EventLoop
internal import Glibc

extension Transfer {
    /// Configures libcurl for this request.
    func setOptions(of easy: UnsafeMutableRawPointer, trust: TrustStore) throws(HTTPClientError) {
        var options = EasyOptions(easy)
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())

        options.set(CURLOPT_PRIVATE, context)
        options.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText))
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        // The client follows redirects itself: see RedirectChain.
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.millisecondsRoundedUp))
        // No file name: this creates a cookie store for this handle, which every redirect uses.
        if request.keepsCookies { options.set(CURLOPT_COOKIEFILE, "") }
        if request.acceptsCompression { options.set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") }
        // libcurl's built-in defaults come from the machine that built it, so always set these.
        options.set(CURLOPT_CAINFO, trust.file)
        options.set(CURLOPT_CAPATH, trust.folder)
        options.set(CURLOPT_PROXY_CAINFO, trust.file)
        options.set(CURLOPT_PROXY_CAPATH, trust.folder)
        // Proxies are chosen here, because libcurl interprets the environment by other rules.
        options.set(CURLOPT_NOPROXY, "")
        // A proxy's response to the request for a tunnel isn't a response to this request.
        if case .consumer = request.destination { options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1) }
        if case .file = request.destination { options.set(CURLOPT_BUFFERSIZE, 64 * 1024) }
        setCallbacks(of: easy, context: context)

        try options.check()
    }

    /// Configures libcurl for the current target of the request.
    func setTarget(
        _ chain: RedirectChain, proxy: ProxySettings.Proxy?, remaining: Duration?, of easy: UnsafeMutableRawPointer
    ) throws(HTTPClientError) {
        var options = EasyOptions(easy)
        // Without credentials in it, no message from libcurl can reveal them.
        options.set(CURLOPT_URL, chain.url.text)
        options.set(CURLOPT_USERNAME, chain.url.credentials?.user)
        options.set(CURLOPT_PASSWORD, chain.url.credentials?.password)
        // An empty name keeps libcurl from reading the environment.
        options.set(CURLOPT_PROXY, proxy?.url ?? "")
        options.set(CURLOPT_PROXYUSERNAME, proxy?.credentials?.user)
        options.set(CURLOPT_PROXYPASSWORD, proxy?.credentials?.password)
        if let remaining { options.set(CURLOPT_TIMEOUT_MS, Int(remaining.millisecondsRoundedUp)) }
        options.set(CURLOPT_HTTPHEADER, UnsafeRawPointer(fieldList))
        setMethod(chain.method, &options)
        try options.check()
    }

    private func setMethod(_ method: HTTPRequest.Method, _ options: inout EasyOptions) {
        // -1 tells libcurl that the length is unknown.
        let length = source.map { $0.lengthBytes ?? -1 } ?? 0
        switch method {
        case .get:
            options.set(CURLOPT_HTTPGET, 1)
        case .post:
            options.set(CURLOPT_POST, 1)
            options.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, length)
        case .put:
            options.set(CURLOPT_UPLOAD, 1)
            options.setOffset(CURLOPT_INFILESIZE_LARGE, length)
            if length > BodySource.pieceBytes { options.set(CURLOPT_UPLOAD_BUFFERSIZE, BodySource.pieceBytes) }
        }
    }

    /// The fields in libcurl's form.
    func makeFieldList(_ fields: [(name: String, value: String)]) -> UnsafeMutablePointer<curl_slist>? {
        // Otherwise, libcurl waits up to a second for "100 Continue" before it sends a large body.
        var list = cogcurl_list_append(nil, "Expect:")
        if let source, source.lengthBytes == nil {
            list = cogcurl_list_append(list, "Transfer-Encoding: chunked") ?? list
        }
        // Otherwise, libcurl would declare a body of unknown type as a form.
        if !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            list = cogcurl_list_append(list, "Content-Type:") ?? list
        }
        for (name, value) in fields {
            // A field without a value is written with a semicolon; a line break would end the field and begin another.
            let clean = value.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" && $0 != "\0" }
            list = cogcurl_list_append(list, clean.isEmpty ? "\(name);" : "\(name): \(clean)") ?? list
        }
        return list
    }
}

/// Sets options of a libcurl handle, and remembers whether one was refused.
struct EasyOptions {
    private let easy: UnsafeMutableRawPointer
    private var failed: CURLcode?

    init(_ easy: UnsafeMutableRawPointer) {
        self.easy = easy
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        note(cogcurl_easy_set_long(easy, option, value))
    }

    mutating func setOffset(_ option: CURLoption, _ value: Int) {
        note(cogcurl_easy_set_offset(easy, option, curl_off_t(value)))
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        note(cogcurl_easy_set_string(easy, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: UnsafeRawPointer?) {
        note(cogcurl_easy_set_pointer(easy, option, value))
    }

    private mutating func note(_ code: CURLcode) {
        if code != CURLE_OK, failed == nil { failed = code }
    }

    func check() throws(HTTPClientError) {
        guard let failed else { return }
        throw .unavailable(reason: "curl_easy_setopt: \(String(cString: cogcurl_easy_strerror(failed)))")
    }
}
