/// Whether a request comes from a page of this playground, in a browser of this machine.
///
/// The proxy reaches whatever this machine reaches. So nobody else may use it: neither other machines, also where the port is
/// open to them for webhooks, nor web pages of others, nor names that lead here only to get around the browser's rules.
struct LoopbackGuard: Equatable, Sendable {
    /// The address of whoever is connected; nil if it has gone.
    var peer: String?
    /// The field `host`.
    var host: String?
    /// The fields `sec-fetch-site`.
    var fetchSites: [String] = []
    /// The fields `origin`.
    var origins: [String] = []

    /// Whether the request may be answered. The page itself may be linked from other pages of this machine.
    func allows(_ route: PlaygroundRoute) -> Bool {
        guard let peer, Self.isLoopback(address: peer), let host, Self.isLoopback(host: host) else { return false }
        let sites = route == .page ? ["same-origin", "none", "same-site"] : ["same-origin", "none"]
        return fetchSites.allSatisfy(sites.contains) && origins.allSatisfy { Self.isSame($0, host) }
    }

    /// Whether an address, without brackets, is this machine's own.
    static func isLoopback(address: some StringProtocol) -> Bool {
        let plain = address.hasPrefix("::ffff:") ? String(address.dropFirst("::ffff:".count)) : String(address)
        if plain == "::1" { return true }
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }

    /// Whether a `host` field, perhaps with a port, names this machine whatever a name server says.
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

    /// Whether an `origin` is that of a page from `host`.
    private static func isSame(_ origin: String, _ host: String) -> Bool {
        func plain(_ text: Substring) -> Substring { text.hasSuffix(":80") ? text.dropLast(3) : text }
        let (origin, host) = (origin.lowercased(), host.lowercased())
        return origin.hasPrefix("http://") && plain(origin.dropFirst("http://".count)) == plain(host[...])
    }
}
