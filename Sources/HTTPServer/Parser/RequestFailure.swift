/// Why the server itself answers a request, without its handler. In most cases, the connection ends with the answer.
public enum RequestFailure: Error, Equatable, Sendable {
    /// It isn't HTTP/1, or two programs could understand it in different ways; the text says what is wrong; 400.
    case malformed(String)
    /// The body doesn't match its content coding; the text says what is wrong; 400.
    case badContent(String)
    /// It hasn't arrived in time; the text says what is missing; 408.
    case timedOut(String)
    /// The body has more bytes than allowed; 413.
    case bodyTooLarge
    /// The target has more bytes than ``HTTPConfiguration/targetLimitBytes``; 414.
    case targetTooLong
    /// The body has a content coding other than gzip; 415.
    case unknownContentCoding
    /// The body is passed on as it arrives, so it can't have a content coding; 415.
    case unsupportedContentCoding
    /// The head or the trailer has more bytes or more fields than allowed; 431.
    case fieldsTooLarge
    /// The handler released the request without an answer; 500.
    case unanswered
    /// A transfer coding other than chunked; 501.
    case unknownTransferCoding
    /// There is no memory left for the request; 503.
    case outOfMemory
    /// The server has ``HTTPConfiguration/connectionLimit`` connections already; 503.
    case tooManyConnections

    /// The HTTP status of the answer.
    public var status: Int {
        switch self {
        case .malformed, .badContent: 400
        case .timedOut: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unknownContentCoding, .unsupportedContentCoding: 415
        case .fieldsTooLarge: 431
        case .unanswered: 500
        case .unknownTransferCoding: 501
        case .outOfMemory, .tooManyConnections: 503
        }
    }

    /// The field that tells the client what it can do, if any.
    var advice: Response.Field? {
        switch self {
        case .outOfMemory, .tooManyConnections: Response.Field("retry-after", "1")
        // RFC 9110, 15.5.16.
        case .unknownContentCoding: Response.Field("accept-encoding", "gzip")
        case .unsupportedContentCoding: Response.Field("accept-encoding", "identity")
        default: nil
        }
    }
}

extension RequestFailure: CustomStringConvertible {
    /// The message for the client.
    public var description: String {
        switch self {
        case .malformed(let flaw): "The request is not valid HTTP/1.1: \(flaw)."
        case .badContent(let flaw): "Failed to decompress the request body: \(flaw)"
        case .timedOut(let text): text
        case .bodyTooLarge: "Failed to buffer the request body: length limit exceeded"
        case .targetTooLong: "The URL of the request is too long."
        case .unknownContentCoding:
            "Expected a request body without `Content-Encoding`, or with `Content-Encoding: gzip`"
        case .unsupportedContentCoding: "Forms and files must be sent without `Content-Encoding`."
        case .fieldsTooLarge: "The header fields of the request are too large, or there are too many of them."
        case .unanswered: "The server failed to answer the request."
        case .unknownTransferCoding: "This server supports only the transfer coding chunked."
        case .outOfMemory: "The server has no memory left for this request. Try again later."
        case .tooManyConnections: "The server has too many open connections. Try again later."
        }
    }
}
