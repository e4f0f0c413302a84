public import HTTPClient

/// Why a file wasn't transferred.
public enum FileError: Error, Equatable, Sendable {
    /// A server refused a download.
    case status(Int, reason: String, url: String)
    /// A download got no response, or an incomplete one.
    case download(HTTPClientError)
    /// The text is neither an http(s) URL nor a data URL.
    case unsupportedURL
    /// A data URL without a comma.
    case dataURLWithoutComma
    /// A data URL contains `base64`, but not right before the comma.
    case misplacedBase64
    /// A base64 data URL has data of an impossible length.
    case incorrectPadding
    /// A base64 data URL has a character outside of the alphabet at this position of its data.
    case notBase64(at: Int)
    /// A temporary file couldn't be created or written.
    case temporary(SystemError, path: String)
    /// An output file couldn't be read.
    case output(SystemError, name: String)
    /// An output isn't a regular file.
    case notAFile(name: String)
    /// An output file is too large for a data URL.
    case outputTooLarge(name: String, limitBytes: Int)
    /// The receiver refused the upload.
    case uploadStatus(Int)
    /// The upload took too long.
    case uploadTimedOut
    /// The upload got no response.
    case upload(HTTPClientError)
    /// The prediction ended first.
    case canceled
}

extension FileError: CustomStringConvertible {
    /// The failure as one printable sentence.
    public var description: String {
        switch self {
        case .status(let status, let reason, let url):
            "\(status) \(status < 500 ? "Client" : "Server") Error: \(reason) for url: \(url)"
        case .download(let error):
            error.description
        case .unsupportedURL:
            "not an http, https, or data URL"
        case .dataURLWithoutComma:
            "a data URL has no comma before its data"
        case .misplacedBase64:
            "a data URL must have ;base64 right before its comma, without spaces"
        case .incorrectPadding:
            "the base64 of a data URL ends in the middle of a byte, or its padding is wrong"
        case .notBase64(let position):
            "a data URL has a character that is not base64, at position \(position) of its data"
        case .temporary(let error, let path):
            "temporary file \(path): \(error)"
        case .output(let error, let name):
            "output file '\(name)': \(error)"
        case .notAFile(let name):
            "output file '\(name)' is not a regular file"
        case .outputTooLarge(let name, let limitBytes):
            "output file '\(name)' has more than \(limitBytes) bytes, the limit for data URLs; use --upload-url"
        case .uploadStatus(let status):
            "Failed to upload output: upload returned status \(status)"
                + (StatusPhrase.standard(for: status).map { " " + $0 } ?? "")
        case .uploadTimedOut:
            "Failed to upload output: upload request timed out"
        case .upload(let error):
            "Failed to upload output: upload request failed: \(error)"
        case .canceled:
            "canceled"
        }
    }
}
