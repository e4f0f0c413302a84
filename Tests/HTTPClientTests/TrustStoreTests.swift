import Glibc
import Testing

@testable import HTTPClient

@Suite struct TrustStoreTests {
    private func find(
        _ environment: [String: String], existing: Set<String>, folders: Set<String> = [], fallback: String? = nil
    ) -> TrustStore {
        TrustStore.find(
            environment: { environment[$0] }, fallback: fallback, exists: existing.contains, isFolder: folders.contains)
    }

    /// What the environment names counts, even if it does not exist: the error then says so.
    @Test func environmentFirst() {
        let store = find(["SSL_CERT_FILE": "/my.pem"], existing: ["/etc/ssl/certs/ca-certificates.crt"])
        #expect(store == TrustStore(file: "/my.pem", folder: nil, origin: "SSL_CERT_FILE=/my.pem"))
        let both = find(["SSL_CERT_FILE": "/a", "SSL_CERT_DIR": "/b"], existing: [])
        #expect(both == TrustStore(file: "/a", folder: "/b", origin: "SSL_CERT_FILE=/a and SSL_CERT_DIR=/b"))
    }

    /// The variables of `requests` take precedence, in order, if they aren't empty; each may name a folder.
    @Test func environmentOfRequests() {
        let all = ["REQUESTS_CA_BUNDLE": "/r", "CURL_CA_BUNDLE": "/c", "SSL_CERT_FILE": "/s", "SSL_CERT_DIR": "/d"]
        #expect(find(all, existing: []) == TrustStore(file: "/r", folder: nil, origin: "REQUESTS_CA_BUNDLE=/r"))
        #expect(find(all, existing: [], folders: ["/r"]).folder == "/r")
        #expect(find(all, existing: [], folders: ["/r"]).file == nil)
        let others = all.merging(["REQUESTS_CA_BUNDLE": ""]) { $1 }
        #expect(find(others, existing: []) == TrustStore(file: "/c", folder: nil, origin: "CURL_CA_BUNDLE=/c"))
        #expect(find(others, existing: [], folders: ["/c"]).folder == "/c")
    }

    /// Then the system's bundle, wherever the distribution keeps it; an empty variable counts as none.
    @Test(arguments: SystemBundles.paths)
    func systemBundle(_ path: String) {
        let store = find(["SSL_CERT_FILE": ""], existing: [path, "/certifi.pem"], fallback: "/certifi.pem")
        #expect(store == TrustStore(file: path, folder: nil, origin: path))
    }

    /// Then certifi's; and without any, what to do.
    @Test func fallback() {
        #expect(find([:], existing: ["/certifi.pem"], fallback: "/certifi.pem").file == "/certifi.pem")
        let none = find([:], existing: [], fallback: "/certifi.pem")
        #expect(none.file == nil)
        #expect(none.origin.contains("install the package ca-certificates or certifi, or set SSL_CERT_FILE"))
    }

    /// An empty bundle doesn't count: `update-ca-certificates` makes one if there are no certificates.
    @Test func emptyBundle() {
        var name = Array("/tmp/truststore-test-XXXXXX\0".utf8CString)
        let descriptor = mkstemp(&name)
        let path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer {
            close(descriptor)
            unlink(path)
        }
        #expect(!TrustStore.hasContent(path))
        #expect(write(descriptor, "x", 1) == 1)
        #expect(TrustStore.hasContent(path))
        #expect(!TrustStore.hasContent("/tmp"))
        #expect(!TrustStore.hasContent(path + "-absent"))
    }
}
