extension HTTPClientError {
    /// The same failure with each URL reduced to scheme, host, and port, for logs that must not show a path.
    public var withoutPaths: HTTPClientError {
        switch self {
        case .cannotConnect(let url, let reason): .cannotConnect(url: origin(ofURL: url), reason: reason)
        case .connectTimedOut(let url, let after): .connectTimedOut(url: origin(ofURL: url), after: after)
        case .stalled(let url, let after): .stalled(url: origin(ofURL: url), after: after)
        case .tooSlow(let url, let minimum): .tooSlow(url: origin(ofURL: url), minimum: minimum)
        case .timedOut(let url, let after): .timedOut(url: origin(ofURL: url), after: after)
        case .tls(let url, let reason, let trust): .tls(url: origin(ofURL: url), reason: reason, trust: trust)
        case .interrupted(let url, let reason): .interrupted(url: origin(ofURL: url), reason: reason)
        case .tooLarge(let url, let limit): .tooLarge(url: origin(ofURL: url), limitBytes: limit)
        case .headTooLarge(let url, let limit): .headTooLarge(url: origin(ofURL: url), limitBytes: limit)
        case .tooManyRedirects(let url, let limit): .tooManyRedirects(url: origin(ofURL: url), limit: limit)
        case .redirectRefused(let url): .redirectRefused(url: origin(ofURL: url))
        case .other(let url, let reason): .other(url: origin(ofURL: url), reason: reason)
        case .unavailable, .invalidURL, .unusableProxy, .privateAddress, .cannotResolve, .file, .canceled: self
        }
    }
}
