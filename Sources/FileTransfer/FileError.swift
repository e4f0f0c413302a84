public import HTTPClient

/// Why a file did not get where it should.
public enum FileError: Error, Equatable, Sendable {
    /// A server refused a download.
    case status(Int, reason: String, url: String)
    /// A download got no answer, or not all of it.
    case download(HTTPClientError)
    /// The text is neither an http(s) URL nor a data URL.
    case unsupportedURL
    /// A data URL without a comma.
    case dataURLWithoutComma
    /// A data URL says base64, but not right before the comma.
    case misplacedBase64
    /// A data URL says base64, but its data's length does not fit.
    case incorrectPadding
    /// A data URL says base64, but has another character in it, at this position of its data.
    case notBase64(at: Int)
    /// A temporary file could not be made or written.
    case temporary(SystemError, path: String)
    /// An output file could not be read.
    case output(SystemError, name: String)
    /// An output file is not a plain file with contents.
    case notAFile(name: String)
    /// An output file is too large for a data URL.
    case outputTooLarge(name: String, limitBytes: Int)
    /// The upload's receiver refused it.
    case uploadStatus(Int)
    /// The upload took too long.
    case uploadTimedOut
    /// The upload got no answer.
    case upload(HTTPClientError)
    /// The prediction ended before.
    case canceled
}

extension FileError: CustomStringConvertible {
    /// The failure as one sentence that is fit to print.
    public var description: String {
        switch self {
        case .status(let status, let reason, let url):
            "\(status) \(status < 500 ? "Client" : "Server") Error: \(reason) for url: \(url)"
        case .download(let error):
            error.description
        case .unsupportedURL:
            "not a http, https or data URL"
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
