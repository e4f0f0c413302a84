import FileTransfer
import HTTPServer
import Predictions
import Serving

/// Why a form or a file in the body of a request is not taken.
enum UploadError: Error {
    /// It is no form.
    case form(MultipartError)
    /// What the form says can't be accepted.
    case request(RequestError)
    /// A file has more bytes than may be downloaded.
    case fileTooLarge(limitBytes: Int)
    /// The fields that are no files have more bytes than a body may have.
    case fieldsTooLarge(limitBytes: Int)
    /// There is no room for it among the files that clients have stored.
    case storeFull(limitBytes: Int)
    /// There is no memory for the fields, or for what has arrived of the body.
    case outOfMemory
    /// A file can't be stored.
    case storage(FileError)
    /// The body didn't come to its end.
    case body(RequestFailure)
    /// The client has left, so nobody waits for an answer.
    case clientGone

    /// The answer to the request.
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
        case .clientGone: return Answers.error("The client has left.", status: 400)
        }
    }

    /// What the request is counted as.
    var rejection: Rejection {
        switch self {
        case .outOfMemory, .storage, .storeFull: .noRoom
        case .form, .request, .fileTooLarge, .fieldsTooLarge, .body, .clientGone: .invalidInput
        }
    }
}
