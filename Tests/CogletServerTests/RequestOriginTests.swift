import Testing

@testable import CogletServer

/// Which requests come from web pages of others.
@Suite struct RequestOriginTests {
    private func origin(site: String..., from origins: String..., host: String...) -> RequestOrigin {
        RequestOrigin(fetchSites: site, origins: origins, hosts: host.isEmpty ? ["localhost:5000"] : host)
    }

    /// Programs send neither field.
    @Test func programs() {
        #expect(origin() == .own)
    }

    @Test func originOfThisServer() {
        #expect(origin(from: "http://localhost:5000") == .own)
        #expect(origin(from: "HTTP://LocalHost:5000") == .own)
        #expect(origin(from: "http://h", host: "h:80") == .own)
        #expect(origin(from: "https://h:443", host: "h") == .own)
    }

    @Test(arguments: [
        "http://evil.example", "http://localhost", "http://localhost:5001", "http://localhost:50000", "null", "",
        "file://", "http://localhost:5000.evil.example", "http://", "chrome-extension://abc", "localhost:5000",
    ])
    func otherOrigins(value: String) {
        #expect(origin(from: value) == .otherPage)
    }

    @Test func fetchMetadataDecides() {
        #expect(origin(site: "none") == .own)
        #expect(origin(site: "same-origin", from: "https://proxy.example") == .own)
        #expect(origin(site: "same-site") == .otherPage)
        #expect(origin(site: "cross-site") == .otherPage)
        #expect(origin(site: "cross-site", from: "http://localhost:5000") == .otherPage)
        #expect(origin(site: "anything") == .otherPage)
    }

    /// Repeated fields could be understood in two ways.
    @Test func repeatedFields() {
        #expect(origin(site: "same-origin", "cross-site") == .otherPage)
        #expect(origin(from: "http://localhost:5000", "http://evil.example") == .otherPage)
    }

    /// Proxies give the server another name than clients know.
    @Test func severalNames() {
        #expect(origin(from: "https://models.example", host: "10.0.0.7:5000", "models.example") == .own)
        #expect(origin(from: "https://evil.example", host: "10.0.0.7:5000", "models.example") == .otherPage)
    }

    @Test func emptyHost() {
        #expect(origin(from: "http://", host: "") == .otherPage)
    }
}
