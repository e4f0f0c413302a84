/// Decides whether a request comes from a page of this playground, in a browser on this machine.
///
/// The proxy reaches everything that this machine reaches. So it must not serve anyone else: not other machines, even
/// if the port is open to them for webhooks; not other websites' pages; and not names that resolve to this machine only
/// to bypass the browser's rules.
struct LoopbackGuard: Equatable, Sendable {
    /// The address of the peer; nil if it has disconnected.
    var peer: String?
    /// The field `host`.
    var host: String?
    /// The fields `sec-fetch-site`.
    var fetchSites: [String] = []
    /// The fields `origin`.
    var origins: [String] = []

    /// Whether to answer the request. Other pages on this machine may link to the page itself.
    func allows(_ route: PlaygroundRoute) -> Bool {
        guard let peer, Self.isLoopback(address: peer), let host, Self.isLoopback(host: host) else { return false }
        let sites = route == .page ? ["same-origin", "none", "same-site"] : ["same-origin", "none"]
        return fetchSites.allSatisfy(sites.contains) && origins.allSatisfy { Self.isSame($0, host) }
    }

    /// Whether an address, without brackets, belongs to this machine.
    static func isLoopback(address: some StringProtocol) -> Bool {
        let plain = address.hasPrefix("::ffff:") ? String(address.dropFirst("::ffff:".count)) : String(address)
        if plain == "::1" { return true }
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    /// Whether a `host` field, possibly with a port, names this machine regardless of DNS.
    static func isLoopback(host: String) -> Bool {
        let name = withoutPort(host.lowercased())
        if name == "localhost" || name == "[::1]" { return true }
        return isLoopback(address: name)
    }

    private static func withoutPort(_ host: String) -> Substring {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]"),
            host[colon...].dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return host[...] }
        return host[..<colon]
    }

    /// Whether an `origin` belongs to a page from `host`.
    private static func isSame(_ origin: String, _ host: String) -> Bool {
        func plain(_ text: Substring) -> Substring { text.hasSuffix(":80") ? text.dropLast(3) : text }
        let (origin, host) = (origin.lowercased(), host.lowercased())
        return origin.hasPrefix("http://") && plain(origin.dropFirst("http://".count)) == plain(host[...])
    }
}
