import ToolBasics

/// A value of `COG_CA_CERT` that is no certificate.
package enum CertificateFailure: CommandFailure, Equatable {
    case unknownForm
    case unreadable(String)
    case emptyDirectory(String)
    case incomplete

    package var description: String { "COG_CA_CERT: " + reason }

    private var reason: String {
        switch self {
        case .unknownForm: "invalid value - must be a file path, directory, PEM certificate, or base64-encoded PEM"
        case .unreadable(let path): "\(path) can't be read as text"
        case .emptyDirectory(let path): "no .crt or .pem file in \(path)"
        case .incomplete: "there is no complete PEM certificate in the value"
        }
    }
}
