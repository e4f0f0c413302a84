import FileTransfer
import HTTPServer
import Predictions
import Serving

/// Why a form or a file in a request's body isn't accepted.
enum UploadError: Error {
    /// It isn't a valid form.
    case form(MultipartError)
    /// The form's contents are invalid.
    case request(RequestError)
    /// A file is larger than the limit for downloads.
    case fileTooLarge(limitBytes: Int)
    /// The fields that aren't files are together larger than the limit for bodies.
    case fieldsTooLarge(limitBytes: Int)
    /// There is no room for it among the files that clients have stored.
    case storeFull(limitBytes: Int)
    /// There is no memory for the fields, or for what has arrived of the body.
    case outOfMemory
    /// A file can't be stored.
    case storage(FileError)
    /// The body ended early.
    case body(RequestFailure)
    /// The client has disconnected, so nobody waits for a response.
    case clientGone

    /// The response to the request.
    var answer: Response {
        switch self {
        case .form(let error): return Answers.error(error.description, status: error.status)
        case .request(let error): return Answers.refusal(error)
        case .fileTooLarge(let limit):
            return Answers.error(
                "A file in the request has more than \(limit) bytes. COG_DOWNLOAD_LIMIT_BYTES sets the limit.",
                status: 413)
        case .fieldsTooLarge(let limit):
            return Answers.error(
                "The fields of the form that aren't files have more than \(limit) bytes. COG_BODY_LIMIT_BYTES sets the limit.",
                status: 413)
        case .storeFull(let limit):
            return Answers.error(
                "The files that are stored here would have more than \(limit) bytes together. Delete some, or wait until they expire. COG_DOWNLOAD_LIMIT_BYTES sets the limit.",
                status: 507)
        case .outOfMemory:
            let failure = RequestFailure.outOfMemory
            return Answers.error(failure.description, status: failure.status).retryAfter(seconds: 1)
        case .storage(let error):
            return Answers.error(
                "The server can't store a file of the request: \(error)", status: error.isOutOfSpace ? 507 : 500)
        case .body(let failure): return Answers.error(failure.description, status: failure.status)
        case .clientGone: return Answers.error("The client disconnected.", status: 400)
        }
    }

    /// The reason under which the request is counted.
    var rejection: Rejection {
        switch self {
        case .outOfMemory, .storage, .storeFull: .noRoom
        case .form, .request, .fileTooLarge, .fieldsTooLarge, .body, .clientGone: .invalidInput
        }
    }
}
