internal import CLibcurl

extension HTTPClientError {
    /// What libcurl's result means, in terms that help the reader.
    static func curl(
        _ code: CURLcode, reason: String, url: HTTPURL, proxy: ProxySettings.Proxy?, request: HTTPRequest,
        trust: TrustStore
    ) -> HTTPClientError {
        let (host, url) = (url.host, url.printable)
        return error(code, reason: reason, url: url, host: host, proxy: proxy, request: request, trust: trust)
    }

    private static func error(
        _ code: CURLcode, reason: String, url: String, host: String, proxy: ProxySettings.Proxy?,
        request: HTTPRequest, trust: TrustStore
    ) -> HTTPClientError {
        switch code {
        case CURLE_URL_MALFORMAT:
            .invalidURL(reason: reason)
        case CURLE_UNSUPPORTED_PROTOCOL where reason.contains("HTTP/0.9"):
            .interrupted(url: url, reason: "the answer is not HTTP")
        case CURLE_COULDNT_RESOLVE_HOST:
            .cannotResolve(host: host)
        case CURLE_COULDNT_RESOLVE_PROXY:
            .cannotResolve(host: proxy?.host ?? host)
        case CURLE_COULDNT_CONNECT:
            .cannotConnect(url: url, reason: reason)
        case CURLE_OPERATION_TIMEDOUT:
            timeout(reason: reason, url: url, request: request)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            .tls(url: url, reason: reason, trust: trust.origin)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_SEND_FAIL_REWIND:
            .interrupted(url: url, reason: reason)
        default:
            .other(url: url, reason: reason)
        }
    }

    private static func timeout(reason: String, url: String, request: HTTPRequest) -> HTTPClientError {
        // Both limits produce the same code but different texts. Without an overall limit, it is the connection's.
        guard let total = request.totalTimeout else {
            return .connectTimedOut(url: url, after: request.connectTimeout)
        }
        let isConnecting =
            reason.contains("onnection timeout") || reason.contains("Resolving timed out")
            || reason.contains("SSL connection timeout")
        return isConnecting && request.connectTimeout < total
            ? .connectTimedOut(url: url, after: request.connectTimeout) : .timedOut(url: url, after: total)
    }
}
