internal import Glibc

/// The source of the certificates that servers are checked against.
struct TrustStore: Equatable, Sendable {
    /// A file with many certificates, or `nil`.
    let file: String?
    /// A folder with a file for each certificate, or `nil`.
    let folder: String?
    /// Where this was found, for messages.
    let origin: String

    /// The variables that name certificates, in order of precedence; like in `requests`, each names a file or a folder.
    private static let bundleVariables = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]

    /// Chooses what the environment names; otherwise the system's bundle, otherwise `fallback`, otherwise nothing.
    ///
    /// What the environment names is used even if it doesn't exist: the user asked for it, and the error will say so.
    static func find(
        environment: (String) -> String?, fallback: String?, exists: (String) -> Bool, isFolder: (String) -> Bool
    ) -> TrustStore {
        for name in bundleVariables {
            guard let path = environment(name), !path.isEmpty else { continue }
            let (file, folder) = isFolder(path) ? (nil, path) : (path, nil)
            return TrustStore(file: file, folder: folder, origin: "\(name)=\(path)")
        }
        let file = environment("SSL_CERT_FILE").flatMap { $0.isEmpty ? nil : $0 }
        let folder = environment("SSL_CERT_DIR").flatMap { $0.isEmpty ? nil : $0 }
        if file != nil || folder != nil {
            let names = [file.map { "SSL_CERT_FILE=\($0)" }, folder.map { "SSL_CERT_DIR=\($0)" }]
            return TrustStore(file: file, folder: folder, origin: names.compactMap { $0 }.joined(separator: " and "))
        }
        if let bundle = SystemBundles.paths.first(where: exists) {
            return TrustStore(file: bundle, folder: nil, origin: bundle)
        }
        if let fallback, exists(fallback) {
            return TrustStore(file: fallback, folder: nil, origin: fallback)
        }
        return TrustStore(
            file: nil, folder: nil,
            origin: "no certificates found: install the package ca-certificates or certifi, or set SSL_CERT_FILE")
    }

    /// Chooses for this process.
    static func find(fallback: String?) -> TrustStore {
        find(
            environment: { name in getenv(name).map { String(cString: $0) } },
            fallback: fallback,
            exists: hasContent,
            isFolder: isFolder)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether `path` is a readable file that isn't empty; `update-ca-certificates` leaves an empty one if there is no
    /// certificate.
    static func hasContent(_ path: String) -> Bool {
        var status = stat()
        return access(path, R_OK) == 0 && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            && status.st_size > 0
    }
}
