import Testing

@testable import HTTPClient

@Suite struct TrustStoreTests {
    private func find(
        _ environment: [String: String], existing: Set<String>, fallback: String? = nil
    ) -> TrustStore {
        TrustStore.find(environment: { environment[$0] }, fallback: fallback, exists: existing.contains)
    }

    /// What the environment names counts, even if it does not exist: the error then says so.
    @Test func environmentFirst() {
        let store = find(["SSL_CERT_FILE": "/my.pem"], existing: ["/etc/ssl/certs/ca-certificates.crt"])
        #expect(store == TrustStore(file: "/my.pem", folder: nil, origin: "SSL_CERT_FILE=/my.pem"))
        let both = find(["SSL_CERT_FILE": "/a", "SSL_CERT_DIR": "/b"], existing: [])
        #expect(both == TrustStore(file: "/a", folder: "/b", origin: "SSL_CERT_FILE=/a and SSL_CERT_DIR=/b"))
    }

    /// Then the system's bundle, wherever the distribution keeps it; an empty variable counts as none.
    @Test(arguments: TrustStore.systemBundles)
    func systemBundle(_ path: String) {
        let store = find(["SSL_CERT_FILE": ""], existing: [path, "/certifi.pem"], fallback: "/certifi.pem")
        #expect(store == TrustStore(file: path, folder: nil, origin: path))
    }

    /// Then certifi's; and without any, what to do.
    @Test func fallback() {
        #expect(find([:], existing: ["/certifi.pem"], fallback: "/certifi.pem").file == "/certifi.pem")
        let none = find([:], existing: [], fallback: "/certifi.pem")
        #expect(none.file == nil)
        #expect(none.origin.contains("install the package ca-certificates or set SSL_CERT_FILE"))
    }
}
