/// Where systems keep their trusted certificates.
public enum SystemBundles {
    /// The files of distributions: Debian and Alpine, Fedora and RHEL, openSUSE, newer RHEL, BSD.
    public static let paths = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]
}
