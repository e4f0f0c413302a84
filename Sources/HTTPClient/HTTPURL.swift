internal import Glibc

/// An absolute http or https URL, normalized the way Python's `requests` does it.
///
/// White space around it goes. The scheme and the host become lower case, a host outside of ASCII becomes Punycode
/// (``HostName``), and dot segments go. What may not stand in a path or a query is percent-encoded as UTF-8; if one `%`
/// of a path or a query doesn't begin an escape, all of them there are encoded. The fragment goes.
public struct HTTPURL: Equatable, Sendable {
    /// How long the text may be. No server takes nearly as much.
    public static let lengthLimitBytes = 1 << 20

    enum Scheme: String, Sendable {
        case http, https
    }

    /// A user name and a password, decoded.
    struct Credentials: Equatable, Sendable {
        var user: String
        var password: String
    }

    let scheme: Scheme
    /// Only as much of the URL as proves who asks: no text but ``textWithCredentials`` holds it.
    var credentials: Credentials?
    /// In ASCII and lower case, an IPv6 address in brackets.
    let host: String
    /// Nil when it isn't written.
    let port: Int?
    /// Begins with a slash.
    let path: String
    /// Without the question mark, perhaps empty.
    let query: String

    /// Reads a URL as people write it.
    public init(_ text: String) throws(HTTPURLProblem) {
        guard text.utf8.count <= Self.lengthLimitBytes else { throw .tooLong }
        let trimmed = text.trimmingWhitespace
        guard let (scheme, rest) = Self.splitScheme(trimmed) else { throw .noScheme }
        guard let scheme = Scheme(rawValue: scheme.lowercased()) else { throw .otherScheme }
        guard rest.utf8.starts(with: "//".utf8) else { throw .noHost }
        try self.init(scheme, afterSlashes: rest.dropping(2))
    }

    private init(_ scheme: Scheme, afterSlashes rest: Substring) throws(HTTPURLProblem) {
        let authority = rest.upTo(#"/\?#"#)
        let at = authority.utf8.lastIndex(of: UInt8(ascii: "@"))
        self.scheme = scheme
        credentials = try at.flatMap { (at) throws(HTTPURLProblem) in try Self.readCredentials(authority[..<at]) }
        (host, port) = try Self.readHost(at.map { authority[$0...].dropping(1) } ?? authority)
        (path, query) = Self.readTarget(rest[authority.endIndex...])
    }

    private init(_ base: HTTPURL, target: Substring) {
        (scheme, credentials, host, port) = (base.scheme, base.credentials, base.host, base.port)
        (path, query) = Self.readTarget(target)
    }

    /// The URL that `reference` names in an answer from this one (RFC 3986, 5.2). Credentials are kept where the host,
    /// the port, and the scheme are.
    func resolving(_ reference: String) throws(HTTPURLProblem) -> HTTPURL {
        let reference = reference.trimmingWhitespace
        if Self.splitScheme(reference) != nil { return try HTTPURL(String(reference)).inheritingCredentials(of: self) }
        if reference.utf8.starts(with: "//".utf8) {
            return try HTTPURL(scheme, afterSlashes: reference.dropping(2)).inheritingCredentials(of: self)
        }
        switch reference.unicodeScalars.first {
        case nil, "#":
            return self
        case "/", "\\":
            return HTTPURL(self, target: reference)
        case "?":
            return HTTPURL(self, target: path + reference)
        default:
            return HTTPURL(self, target: path[...(path.lastIndex(of: "/") ?? path.startIndex)] + reference)
        }
    }

    private func inheritingCredentials(of other: HTTPURL) -> HTTPURL {
        guard credentials == nil, isSameOrigin(as: other) else { return self }
        var url = self
        url.credentials = other.credentials
        return url
    }

    /// Whether requests to both go to the same server: scheme, host, and port are the same.
    func isSameOrigin(as other: HTTPURL) -> Bool {
        scheme == other.scheme && host == other.host && effectivePort == other.effectivePort
    }

    /// The port that is connected to.
    var effectivePort: Int { port ?? (scheme == .http ? 80 : 443) }

    /// Whether the host is written as an address that isn't public, or as the name that always means one.
    var isWrittenPrivate: Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return NetworkAddress(name.filter { $0 != "[" && $0 != "]" })?.isPublic == false
    }

    // MARK: - Texts

    /// Scheme, host, and port: `http://example.com:8080`.
    public var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// As it may stand in messages and logs: without credentials and query, which may let a request in.
    public var printable: String { origin + path }

    /// Everything but the credentials.
    public var text: String { printable + (query.isEmpty ? "" : "?" + query) }

    /// Everything, for ``HTTPRequest/url`` alone: not to be printed.
    public var textWithCredentials: String {
        guard let credentials else { return text }
        let user = percentEncoded(credentials.user, keeping: "-._~")
        let password = percentEncoded(credentials.password, keeping: "-._~")
        return "\(scheme)://\(user):\(password)@" + text.dropFirst("\(scheme)://".count)
    }

    /// The URL of something below this one. `segment` is percent-encoded; the query stays.
    public func appending(segment: String) -> HTTPURL {
        let slash = path.hasSuffix("/") ? "" : "/"
        let end = query.isEmpty ? "" : "?" + query
        return HTTPURL(self, target: "\(path)\(slash)\(percentEncoded(segment, keeping: "-._~"))\(end)")
    }

    // MARK: - Parts

    private static func splitScheme(_ text: Substring) -> (scheme: Substring, rest: Substring)? {
        let scheme = text.upTo(":")
        guard scheme.endIndex < text.endIndex, let first = scheme.first, first.isASCII, first.isLetter,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return nil }
        return (scheme, text[scheme.endIndex...].dropping(1))
    }

    private static func readCredentials(_ text: Substring) throws(HTTPURLProblem) -> Credentials? {
        guard !text.isEmpty else { return nil }
        let user = text.upTo(":")
        let parts = Credentials(
            user: percentDecoded(user), password: percentDecoded(text[user.endIndex...].dropping(1)))
        // libcurl takes a C string.
        guard !(parts.user + parts.password).utf8.contains(0) else { throw .invalidCredentials }
        return parts
    }

    private static func readHost(_ text: Substring) throws(HTTPURLProblem) -> (host: String, port: Int?) {
        let name: Substring
        if text.hasPrefix("[") {
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { throw .invalidHost }
            name = text[...end]
        } else {
            name = text.upTo(":")
        }
        guard !name.isEmpty else { throw .noHost }
        guard let host = HostName.normalized(name) else { throw .invalidHost }
        let rest = text[name.endIndex...]
        guard !rest.dropFirst().isEmpty else {
            guard rest.isEmpty || rest == ":" else { throw .invalidPort }
            return (host, nil)
        }
        guard rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(rest.dropFirst()), (1...65_535).contains(port)
        else { throw .invalidPort }
        return (host, port)
    }

    private static func readTarget(_ text: Substring) -> (path: String, query: String) {
        let whole = text.upTo("#")
        let path = whole.upTo("?")
        let escaped = requoted(path, keeping: "-._~!$&'()*+,;=:@/")
        return (
            withoutDotSegments(escaped.hasPrefix("/") ? escaped : "/" + escaped),
            requoted(whole[path.endIndex...].dropping(1), keeping: "-._~!$&'()*+,;=:@/?")
        )
    }

    private static func withoutDotSegments(_ path: String) -> String {
        guard path.contains("/.") else { return path }
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for segment in segments where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        if [".", ".."].contains(segments.last) { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }
}

/// Why a text is no URL that a request can be sent to.
///
/// No case holds any of the text: what is wrong with it may be a password in the wrong place.
public enum HTTPURLProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// It doesn't begin with a scheme.
    case noScheme
    /// It begins with another scheme.
    case otherScheme
    /// No host follows.
    case noHost
    /// The host can be neither a name nor an address.
    case invalidHost
    /// What follows the host is no port.
    case invalidPort
    /// The user name or the password has a NUL.
    case invalidCredentials
    /// It has more than ``HTTPURL/lengthLimitBytes``.
    case tooLong

    /// The problem as half a sentence that is fit to print.
    public var description: String {
        switch self {
        case .noScheme: "it doesn't begin with http:// or https://"
        case .otherScheme: "its scheme is neither http nor https"
        case .noHost: "no host supplied"
        case .invalidHost: "its host is neither a valid name nor a valid address"
        case .invalidPort: "what follows its host isn't a port from 1 to 65535"
        case .invalidCredentials: "its user name or password has a NUL character"
        case .tooLong: "it is longer than \(HTTPURL.lengthLimitBytes) bytes"
        }
    }
}
