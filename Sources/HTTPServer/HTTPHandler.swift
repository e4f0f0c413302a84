public import EventLoop

/// Takes a server's requests and answers them. Called on the loop.
public protocol HTTPHandler: AnyObject {
    /// Decides about a request by its head, before any of its body is read.
    func receivedHead(_ head: RequestHead) -> HeadAction

    /// The reader that parses the body of an accepted request while it arrives; nil for none. Not called if the body
    /// arrived together with its head.
    func bodyReader(for head: RequestHead) -> (any BodyReader)?

    /// Takes a complete request. The answer goes to `exchange`, now or later.
    ///
    /// An exchange released without an answer is answered with ``RequestFailure/unanswered``.
    func received(_ request: Request, on exchange: Exchange)

    /// An answer is about to be sent. Called only with ``HTTPConfiguration/reportsAnswers``.
    ///
    /// `head` is `nil` for an invalid request. `time` is the time since the head was complete, in whole milliseconds.
    func answering(_ head: RequestHead?, status: Int, after time: Duration)

    /// An answer is complete, or the client of a streamed answer is gone. Called for every answer, so that answers can
    /// be counted.
    func answered(_ report: AnswerReport)

    /// A connection ended before its request's answer began. `label` is the one that ``receivedHead(_:)`` gave the
    /// request; not called if it is 0.
    func abandoned(label: Int)
}

extension HTTPHandler {
    /// Accepts every request, with the server's body limit.
    public func receivedHead(_ head: RequestHead) -> HeadAction {
        .accept()
    }

    /// Nobody.
    public func bodyReader(for head: RequestHead) -> (any BodyReader)? { nil }

    /// Does nothing.
    public func answering(_ head: RequestHead?, status: Int, after time: Duration) {}

    /// Does nothing.
    public func answered(_ report: AnswerReport) {}

    /// Does nothing.
    public func abandoned(label: Int) {}
}

/// What can be counted about an answer.
public struct AnswerReport: Equatable, Sendable {
    /// The label that ``HTTPHandler/receivedHead(_:)`` gave the request; 0 for an invalid request.
    public let label: Int
    /// The status.
    public let status: Int
    /// The size of the request's body as it was sent, without chunk framing; 0 if it wasn't received completely.
    public let requestBytes: Int
    /// The number of bytes of the answer's body that were written.
    public let responseBytes: Int
}

/// What to do with a request whose head has arrived.
public enum HeadAction {
    /// Read the body, up to `bodyLimitBytes` or the server's limit, whichever is smaller. The answer, whatever it is,
    /// also gets `fields`. `label` becomes ``AnswerReport/label``.
    case accept(bodyLimitBytes: Int = .max, fields: [Response.Field] = [], label: Int = 0)
    /// Pass the request on immediately. Its body, of any length, is taken from ``Exchange/body`` while it arrives.
    ///
    /// With `takesCoded`, a body with a content coding is passed on as it was sent; otherwise, such a request is
    /// refused. The answer, whatever it is, also gets `fields`.
    case stream(takesCoded: Bool, fields: [Response.Field] = [], label: Int = 0)
    /// Answer the request immediately, without reading its body.
    case refuse(Response, label: Int = 0)
}

/// Parses a body while it arrives.
///
/// Called on one thread at a time: on the loop or, for a compressed body, on a thread of the pool.
public protocol BodyReader: AnyObject, Sendable {
    /// More of the body is available; the earlier bytes may have moved.
    func bodyGrew(_ body: Buffer)
}

/// A complete request.
public struct Request {
    /// Everything before the body.
    public let head: RequestHead
    /// The body, decoded if it was sent in chunks or compressed. The receiver of the request owns it. Empty if the body
    /// is taken from ``Exchange/body``.
    public let body: Buffer
    /// The reader that parsed the body while it arrived, if any.
    public let reader: (any BodyReader)?

    init(head: RequestHead, body: Buffer, reader: (any BodyReader)?) {
        self.head = head
        self.body = body
        self.reader = reader
    }
}

@available(*, unavailable)
extension Request: Sendable {}
