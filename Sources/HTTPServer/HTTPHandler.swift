public import EventLoop

/// What a server is made for: takes requests and answers them. Called on the loop.
public protocol HTTPHandler: AnyObject {
    /// Decides on a request by its head, before any of its body is read.
    func receivedHead(_ head: RequestHead) -> HeadAction

    /// Takes a complete request; the answer goes to `exchange`, now or later.
    ///
    /// An exchange that is let go without an answer is answered ``HTTPConfiguration/unanswered``.
    func received(_ request: Request, on exchange: Exchange)

    /// An answer is about to be sent; only called with ``HTTPConfiguration/reportsAnswers``.
    ///
    /// `head` is `nil` for a request that could not be understood. `time` has passed since the head was complete, in whole
    /// milliseconds.
    func answering(_ head: RequestHead?, status: Int, after time: Duration)
}

extension HTTPHandler {
    /// Accepts every request, with the server's body limit.
    public func receivedHead(_ head: RequestHead) -> HeadAction {
        .accept()
    }

    /// Does nothing.
    public func answering(_ head: RequestHead?, status: Int, after time: Duration) {}
}

/// What becomes of a request whose head has arrived.
public enum HeadAction {
    /// The body is read, up to `bodyLimitBytes` or the server's limit, whichever is smaller.
    case accept(bodyLimitBytes: Int = .max)
    /// The request is answered at once, its body is not wanted.
    case refuse(Response)
}

/// A complete request.
public struct Request {
    /// Everything before the body.
    public let head: RequestHead
    /// The body, decoded if it was sent in chunks. It belongs to whoever takes the request.
    public let body: Buffer
}

@available(*, unavailable)
extension Request: Sendable {}
