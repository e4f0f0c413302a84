/// Why a `multipart/form-data` body can't be parsed.
public enum MultipartError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It violates the format in the way described.
    case malformed(String)
    /// It ends before its last boundary.
    case unfinished
    /// The head of a part is too long.
    case headTooLarge(limitBytes: Int)
    /// It has too many parts.
    case tooManyParts(limit: Int)

    /// The HTTP status of the answer.
    public var status: Int {
        switch self {
        case .malformed, .unfinished: 400
        case .headTooLarge, .tooManyParts: 413
        }
    }

    /// The message for the client.
    public var description: String {
        let what = "Failed to read the form of the request body: "
        switch self {
        case .malformed(let flaw): return what + flaw
        case .unfinished: return what + "it ends before its last boundary"
        case .headTooLarge(let limit): return what + "the head of a part has more than \(limit) bytes"
        case .tooManyParts(let limit): return what + "it has more than \(limit) parts"
        }
    }
}
