/// The method of a request. Methods are case-sensitive.
public enum HTTPMethod: Equatable, Sendable {
    case get, head, post, put, delete, options, patch, trace, connect
    /// Any other method, as sent.
    case other(String)

    /// The method of a token.
    init(_ token: UnsafeRawBufferPointer) {
        self =
            switch token.count {
            case 3 where token.equals("GET"): .get
            case 3 where token.equals("PUT"): .put
            case 4 where token.equals("POST"): .post
            case 4 where token.equals("HEAD"): .head
            case 5 where token.equals("PATCH"): .patch
            case 5 where token.equals("TRACE"): .trace
            case 6 where token.equals("DELETE"): .delete
            case 7 where token.equals("OPTIONS"): .options
            case 7 where token.equals("CONNECT"): .connect
            default: .other(String(decoding: token, as: UTF8.self))
            }
    }

    /// Whether llhttp parses the rest of the request line as this server needs it. Methods that llhttp doesn't know are
    /// passed to it under another name, and so is CONNECT if a path follows instead of `host:port`.
    var isNative: Bool {
        switch self {
        case .get, .head, .post, .put, .delete, .options, .patch, .trace: true
        case .connect, .other: false
        }
    }
}

extension HTTPMethod: CustomStringConvertible {
    /// The method as it is sent.
    public var description: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other(let name): name
        }
    }
}

/// The HTTP version of a request.
public enum HTTPVersion: Equatable, Sendable {
    case http10, http11
}
