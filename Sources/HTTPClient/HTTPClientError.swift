public import EventLoop

/// Why a request got no response.
///
/// URLs in it are printable: without credentials and query.
public enum HTTPClientError: Error, Equatable, Sendable {
    /// libcurl couldn't be opened.
    case unavailable(reason: String)
    /// The URL isn't usable.
    case invalidURL(reason: String)
    /// The proxy that an environment variable names isn't usable.
    case unusableProxy(variable: String, reason: String)
    /// The host's address is outside of the public internet, where the request may not go.
    case privateAddress(host: String)
    /// The host has no address.
    case cannotResolve(host: String)
    /// No connection could be made.
    case cannotConnect(url: String, reason: String)
    /// The connection or the TLS handshake took too long.
    case connectTimedOut(url: String, after: Duration)
    /// No byte moved for too long.
    case stalled(url: String, after: Duration)
    /// Bytes moved, but too few.
    case tooSlow(url: String, minimum: MinimumRate)
    /// The whole request took too long.
    case timedOut(url: String, after: Duration)
    /// The server's certificate or the TLS handshake failed; `trust` says where the trusted certificates come from.
    case tls(url: String, reason: String, trust: String)
    /// The connection ended before or during the response.
    case interrupted(url: String, reason: String)
    /// The response's body is larger than allowed.
    case tooLarge(url: String, limitBytes: Int)
    /// The response's fields are larger than allowed.
    case headTooLarge(url: String, limitBytes: Int)
    /// One redirect too many.
    case tooManyRedirects(url: String, limit: Int)
    /// A redirect led outside of http and https, or to an invalid URL.
    case redirectRefused(url: String)
    /// Reading or writing the body's file failed.
    case file(SystemError)
    /// The request's owner canceled it.
    case canceled
    /// Any other error that libcurl reports.
    case other(url: String, reason: String)

    /// Whether the same request may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .connectTimedOut, .stalled, .tooSlow, .timedOut, .interrupted, .other:
            true
        case .unavailable, .invalidURL, .unusableProxy, .privateAddress, .tls, .tooLarge, .headTooLarge,
            .tooManyRedirects, .redirectRefused, .file,
            .canceled:
            false
        }
    }

    /// Whether bytes moved, but too few.
    public var isTooSlow: Bool {
        if case .tooSlow = self { true } else { false }
    }

    /// Whether time ran out.
    public var isTimeout: Bool {
        switch self {
        case .connectTimedOut, .stalled, .tooSlow, .timedOut: true
        default: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// The failure as one printable sentence.
    public var description: String {
        switch self {
        case .unavailable(let reason):
            "outgoing requests are impossible because libcurl cannot be loaded: \(reason)"
        case .invalidURL(let reason):
            "invalid URL: \(reason)"
        case .unusableProxy(let variable, let reason):
            "the proxy in \(variable) cannot be used: \(reason)"
        case .privateAddress(let host):
            "host '\(host)' is at a loopback, link-local, private, or reserved address, and this server has "
                + "COG_ALLOW_PRIVATE_ADDRESSES=0"
        case .cannotResolve(let host):
            "cannot find an address for host '\(host)'"
        case .cannotConnect(let url, let reason):
            "cannot connect for url: \(url) (\(reason))"
        case .connectTimedOut(let url, let after):
            "no connection within \(after.text) for url: \(url)"
        case .stalled(let url, let after):
            "no data for \(after.text) for url: \(url)"
        case .tooSlow(let url, let minimum):
            "too slow, less than \(minimum), for url: \(url)"
        case .timedOut(let url, let after):
            "not finished within \(after.text) for url: \(url)"
        case .tls(let url, let reason, let trust):
            "TLS failed for url: \(url) (\(reason); trusted certificates: \(trust))"
        case .interrupted(let url, let reason):
            "connection broken for url: \(url) (\(reason))"
        case .tooLarge(let url, let limitBytes):
            "more than \(limitBytes) bytes for url: \(url)"
        case .headTooLarge(let url, let limitBytes):
            "more than \(limitBytes) bytes of response fields for url: \(url)"
        case .tooManyRedirects(let url, let limit):
            "more than \(limit) redirects for url: \(url)"
        case .redirectRefused(let url):
            "redirected to something other than a usable http or https URL for url: \(url)"
        case .file(let error):
            error.description
        case .canceled:
            "canceled"
        case .other(let url, let reason):
            "request failed for url: \(url) (\(reason))"
        }
    }
}
