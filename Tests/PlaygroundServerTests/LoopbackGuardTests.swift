import Testing

@testable import PlaygroundServer

/// Who may use the playground.
@Suite struct LoopbackGuardTests {
    private func allows(
        peer: String? = "127.0.0.1", host: String? = "localhost:9000", site: String? = nil, origin: String? = nil,
        route: PlaygroundRoute = .config
    ) -> Bool {
        LoopbackGuard(peer: peer, host: host, fetchSites: site.map { [$0] } ?? [], origins: origin.map { [$0] } ?? [])
            .allows(route)
    }

    @Test(arguments: ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"])
    func peersOfThisMachine(peer: String) {
        #expect(allows(peer: peer))
    }

    @Test(arguments: ["172.17.0.2", "::ffff:172.17.0.2", "fe80::1", "10.127.0.1", "", "127.0.0.1.evil"])
    func otherPeers(peer: String) {
        #expect(!allows(peer: peer))
        #expect(!allows(peer: nil))
    }

    @Test(arguments: ["localhost", "LocalHost:9000", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:9000"])
    func hostsOfThisMachine(host: String) {
        #expect(allows(host: host))
    }

    /// DNS can make any other name resolve to this machine, so a page under that name must not count as this server's.
    @Test(arguments: [
        "evil.example", "localhost.evil.example:9000", "127.0.0.1.evil.example", "127.evil.0.1",
        "host.docker.internal:9000", "0.0.0.0:9000", "[::]:9000", "", "localhost:", "localhost:9000:1", "127.0.0.1:80x",
        "127.0.0.",
    ])
    func otherHosts(host: String) {
        #expect(allows(host: host) == (host == "localhost:"))
        #expect(!allows(host: nil))
    }

    @Test func pagesOfOthers() {
        #expect(allows(site: "same-origin", origin: "http://localhost:9000"))
        #expect(allows(site: "none"))
        #expect(!allows(site: "cross-site"))
        #expect(!allows(site: "cross-site", route: .page))
        #expect(!allows(site: "same-site"))
        #expect(allows(site: "same-site", route: .page))
        #expect(allows(host: "localhost", origin: "http://localhost:80"))
        for origin in ["http://localhost:9001", "https://localhost:9000", "http://evil.example", "null", ""] {
            #expect(!allows(origin: origin), "\(origin)")
        }
    }
}
