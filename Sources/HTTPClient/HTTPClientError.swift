/// Why a request got no answer.
///
/// URLs in it carry no user name and password.
public enum HTTPClientError: Error, Equatable, Sendable {
    /// libcurl could not be opened.
    case unavailable(reason: String)
    /// The URL cannot be used.
    case invalidURL(String, reason: String)
    /// The host has no address.
    case cannotResolve(host: String)
    /// No connection could be made.
    case cannotConnect(url: String, reason: String)
    /// The connection or the TLS handshake took too long.
    case connectTimedOut(url: String, after: Duration)
    /// For too long, no byte moved.
    case stalled(url: String, after: Duration)
    /// The request as a whole took too long.
    case timedOut(url: String, after: Duration)
    /// The server's certificate or the TLS handshake was refused; `trust` says where the trusted certificates are from.
    case tls(url: String, reason: String, trust: String)
    /// The connection ended in the middle of an answer or before it.
    case interrupted(url: String, reason: String)
    /// The answer's body has more bytes than allowed.
    case tooLarge(url: String, limitBytes: Int)
    /// The answer's fields have more bytes than allowed.
    case headTooLarge(url: String, limitBytes: Int)
    /// One redirect too many.
    case tooManyRedirects(url: String, limit: Int)
    /// A redirect led out of http and https.
    case redirectRefused(url: String)
    /// The file the body came from or went to failed.
    case file(SystemError)
    /// The request was canceled by its owner.
    case canceled
    /// Anything else libcurl reports.
    case other(url: String, reason: String)

    /// Whether the same request may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .connectTimedOut, .stalled, .timedOut, .interrupted, .other: true
        case .unavailable, .invalidURL, .tls, .tooLarge, .headTooLarge, .tooManyRedirects, .redirectRefused, .file,
            .canceled:
            false
        }
    }

    /// Whether time ran out.
    public var isTimeout: Bool {
        switch self {
        case .connectTimedOut, .stalled, .timedOut: true
        default: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// The failure as one sentence that is fit to print.
    public var description: String {
        switch self {
        case .unavailable(let reason):
            "outgoing requests are not possible, libcurl cannot be loaded: \(reason)"
        case .invalidURL(let url, let reason):
            "invalid URL '\(url)': \(reason)"
        case .cannotResolve(let host):
            "cannot find an address for host '\(host)'"
        case .cannotConnect(let url, let reason):
            "cannot connect for url: \(url) (\(reason))"
        case .connectTimedOut(let url, let after):
            "no connection within \(after.text) for url: \(url)"
        case .stalled(let url, let after):
            "no data for \(after.text) for url: \(url)"
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
            "redirected to something that is neither http nor https for url: \(url)"
        case .file(let error):
            error.description
        case .canceled:
            "canceled"
        case .other(let url, let reason):
            "request failed for url: \(url) (\(reason))"
        }
    }
}

extension Duration {
    /// The time as a person writes it: `10 s`, `0.25 s`.
    var text: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "\(seconds) s" }
        var fraction = String(milliseconds + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(seconds).\(fraction) s"
    }
}
