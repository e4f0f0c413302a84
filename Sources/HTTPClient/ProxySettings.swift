/// Decides which requests go through a proxy, reading the environment like Python's `requests`.
///
/// The variables are `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, and `NO_PROXY`. A lower-case name takes precedence; an
/// empty lower-case variable switches the other off.
public struct ProxySettings: Sendable {
    /// A proxy for one request.
    struct Proxy: Equatable, Sendable {
        /// Scheme, host, and port in libcurl's form.
        let url: String
        let host: String
        let credentials: HTTPURL.Credentials?
    }

    /// Settings without any proxy.
    public static let none = ProxySettings { _ in nil }

    /// The names and values found, by the scheme of the requests.
    private let http: (name: String, value: String)?
    private let https: (name: String, value: String)?
    private let exceptions: ProxyExceptions

    /// Reads the settings.
    public init(environment: (String) -> String?) {
        func value(_ name: String) -> (name: String, value: String)? {
            for name in [name.lowercased(), name] {
                if let value = environment(name) { return value.isEmpty ? nil : (name, value) }
            }
            return nil
        }
        let all = value("ALL_PROXY")
        http = value("HTTP_PROXY") ?? all
        https = value("HTTPS_PROXY") ?? all
        // `requests` ignores an empty no_proxy, unlike an empty proxy.
        let list = [environment("no_proxy"), environment("NO_PROXY")].compactMap { $0 }.first { !$0.isEmpty }
        exceptions = ProxyExceptions(list ?? "")
    }

    /// The proxy for a request to `url`, or nil if it is sent directly.
    func proxy(for url: HTTPURL) throws(HTTPClientError) -> Proxy? {
        guard let (name, value) = url.scheme == .http ? http : https, !exceptions.cover(url) else { return nil }
        return try Self.read(value, from: name)
    }

    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    private static func read(_ value: String, from variable: String) throws(HTTPClientError) -> Proxy {
        let text = value.trimmingWhitespace
        var (scheme, rest) = ("http", text)
        if let mark = text.firstRange(of: "://") {
            (scheme, rest) = (text[..<mark.lowerBound].lowercased(), text[mark.upperBound...])
        }
        guard schemes.contains(scheme) else {
            throw .unusableProxy(
                variable: variable, reason: "its scheme is not one of \(schemes.joined(separator: ", "))")
        }
        do throws(HTTPURLProblem) {
            // What follows the scheme has the form of an http URL, and the same mistakes are possible.
            let url = try HTTPURL("http://" + rest)
            let usual = scheme == "https" ? 443 : scheme == "http" ? 80 : 1080
            return Proxy(
                url: "\(scheme)://\(url.host):\(url.port ?? usual)", host: url.host, credentials: url.credentials)
        } catch {
            throw .unusableProxy(variable: variable, reason: error.description)
        }
    }
}

/// The hosts that are reached without a proxy, from `NO_PROXY`.
///
/// `*` covers everything. `example.com` and `.example.com` cover that host and everything below it. `10.0.0.0/8` and
/// `fd00::/8` cover addresses, but not names that resolve to them. `:8080` after a host covers only that port.
struct ProxyExceptions: Sendable {
    private enum Entry {
        case everything
        case block(AddressBlock)
        case host(String, port: Int?)
    }

    private let entries: [Entry]

    init(_ list: String) {
        entries = list.split { $0 == "," || $0.isWhitespace }.compactMap { text in
            if text == "*" { return .everything }
            if let block = AddressBlock(text) { return .block(block) }
            // The colons in a bare IPv6 address don't begin a port.
            if let address = NetworkAddress(text), address.bytes.count == 16 {
                return .block(AddressBlock(bytes: address.bytes, length: 128))
            }
            guard let url = try? HTTPURL("http://" + text.drop { $0 == "." }) else { return nil }
            return .host(url.host, port: url.port)
        }
    }

    func cover(_ url: HTTPURL) -> Bool {
        let address = NetworkAddress(url.host.filter { $0 != "[" && $0 != "]" })
        return entries.contains { entry in
            switch entry {
            case .everything: true
            case .block(let block): address.map(block.contains) ?? false
            case .host(let host, let port):
                (port == nil || port == url.effectivePort)
                    && (url.host == host || (address == nil && url.host.hasSuffix("." + host)))
            }
        }
    }
}
