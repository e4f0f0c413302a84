internal import Glibc

/// Where the certificates come from that servers are checked against.
struct TrustStore: Equatable, Sendable {
    /// A file with many certificates, or `nil`.
    let file: String?
    /// A folder with a file for each certificate, or `nil`.
    let folder: String?
    /// Where this was found, for messages.
    let origin: String

    /// Where distributions keep the bundle: Debian and Alpine, Fedora and RHEL, openSUSE, newer RHEL, BSD.
    static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// Chooses what the environment names, else the system's bundle, else `fallback`, else nothing.
    ///
    /// What the environment names is used even if it does not exist: the person wanted it, and the error will say so.
    static func find(
        environment: (String) -> String?, fallback: String?, exists: (String) -> Bool
    ) -> TrustStore {
        let file = environment("SSL_CERT_FILE").flatMap { $0.isEmpty ? nil : $0 }
        let folder = environment("SSL_CERT_DIR").flatMap { $0.isEmpty ? nil : $0 }
        if file != nil || folder != nil {
            let names = [file.map { "SSL_CERT_FILE=\($0)" }, folder.map { "SSL_CERT_DIR=\($0)" }]
            return TrustStore(file: file, folder: folder, origin: names.compactMap { $0 }.joined(separator: " and "))
        }
        if let bundle = systemBundles.first(where: exists) {
            return TrustStore(file: bundle, folder: nil, origin: bundle)
        }
        if let fallback, exists(fallback) {
            return TrustStore(file: fallback, folder: nil, origin: fallback)
        }
        return TrustStore(
            file: nil, folder: nil,
            origin: "no certificates found: install the package ca-certificates or set SSL_CERT_FILE")
    }

    /// Chooses for this process.
    static func find(fallback: String?) -> TrustStore {
        find(
            environment: { name in getenv(name).map { String(cString: $0) } },
            fallback: fallback,
            exists: { access($0, R_OK) == 0 })
    }
}
