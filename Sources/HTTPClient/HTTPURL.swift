internal import Glibc

/// An absolute http or https URL, normalized like Python's `requests` does.
///
/// Normalization removes surrounding whitespace, dot segments, and the fragment. It converts the scheme and the host to
/// lower case, and a non-ASCII host to Punycode (``HostName``). It percent-encodes, as UTF-8, what a path or a query
/// must not contain; if any `%` in a path or a query doesn't begin an escape, it encodes every `%` there.
public struct HTTPURL: Equatable, Sendable {
    /// The longest accepted text. No server accepts nearly as much.
    public static let lengthLimitBytes = 1 << 20

    enum Scheme: String, Sendable {
        case http, https
    }

    /// A decoded user name and password.
    struct Credentials: Equatable, Sendable {
        var user: String
        var password: String
    }

    let scheme: Scheme
    /// The credentials in the URL. Of all texts, only ``textWithCredentials`` contains them.
    var credentials: Credentials?
    /// In ASCII and lower case; an IPv6 address is in brackets.
    let host: String
    /// Nil if the URL doesn't contain it.
    let port: Int?
    /// Begins with a slash.
    let path: String
    /// Without the question mark; may be empty.
    let query: String

    /// Parses a URL as people write it.
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

    /// The URL that `reference` names in a response from this one (RFC 3986, 5.2). Credentials are kept if the host,
    /// the port, and the scheme stay the same.
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

    /// Whether both URLs have the same server: the same scheme, host, and port.
    func isSameOrigin(as other: HTTPURL) -> Bool {
        scheme == other.scheme && host == other.host && effectivePort == other.effectivePort
    }

    /// The port to connect to.
    var effectivePort: Int { port ?? (scheme == .http ? 80 : 443) }

    /// Whether the host is written as an address that isn't public, or as the name that always stands for one.
    var isWrittenPrivate: Bool {
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return NetworkAddress(name.filter { $0 != "[" && $0 != "]" })?.isPublic == false
    }

    // MARK: - Texts

    /// Scheme, host, and port: `http://example.com:8080`.
    public var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// The form for messages and logs: without credentials and query, which may grant access.
    public var printable: String { origin + path }

    /// Everything except the credentials.
    public var text: String { printable + (query.isEmpty ? "" : "?" + query) }

    /// Everything, only for ``HTTPRequest/url``; don't print it.
    public var textWithCredentials: String {
        guard let credentials else { return text }
        let user = percentEncoded(credentials.user, keeping: "-._~")
        let password = percentEncoded(credentials.password, keeping: "-._~")
        return "\(scheme)://\(user):\(password)@" + text.dropFirst("\(scheme)://".count)
    }

    /// The URL of a resource below this one. `segment` gets percent-encoded; the query stays.
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

/// Why a text isn't a URL that a request can be sent to.
///
/// No case contains any of the text, because the mistake may be a misplaced password.
public enum HTTPURLProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// It doesn't begin with a scheme.
    case noScheme
    /// It begins with a scheme other than http and https.
    case otherScheme
    /// The host is missing.
    case noHost
    /// The host is neither a valid name nor a valid address.
    case invalidHost
    /// What follows the host isn't a valid port.
    case invalidPort
    /// The user name or the password contains NUL.
    case invalidCredentials
    /// It is longer than ``HTTPURL/lengthLimitBytes``.
    case tooLong

    /// The problem as a printable clause.
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
