public import EventLoop

/// What a server is made for: takes requests and answers them. Called on the loop.
public protocol HTTPHandler: AnyObject {
    /// Decides on a request by its head, before any of its body is read.
    func receivedHead(_ head: RequestHead) -> HeadAction

    /// Who reads the body of an accepted request while it arrives; nil if nobody does. Not asked for a body that is there
    /// together with its head.
    func bodyReader(for head: RequestHead) -> (any BodyReader)?

    /// Takes a complete request; the answer goes to `exchange`, now or later.
    ///
    /// An exchange that is let go without an answer is answered ``RequestFailure/unanswered``.
    func received(_ request: Request, on exchange: Exchange)

    /// An answer is about to be sent; only called with ``HTTPConfiguration/reportsAnswers``.
    ///
    /// `head` is `nil` for a request that could not be understood. `time` has passed since the head was complete, in whole
    /// milliseconds.
    func answering(_ head: RequestHead?, status: Int, after time: Duration)

    /// An answer is complete, or the client of a streamed one has gone. Called for every answer, to count them.
    func answered(_ report: AnswerReport)

    /// The connection of a request has gone before its answer had begun. `label` is what ``receivedHead(_:)`` has said of it;
    /// not called for 0.
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

/// What can be counted of an answer.
public struct AnswerReport: Equatable, Sendable {
    /// What ``HTTPHandler/receivedHead(_:)`` has said of the request; 0 for one that could not be understood.
    public let label: Int
    /// The status.
    public let status: Int
    /// The size of the request's body as it was sent, without the chunks' frames; 0 if it was not received to its end.
    public let requestBytes: Int
    /// How much of the answer's body was written.
    public let responseBytes: Int
}

/// What becomes of a request whose head has arrived.
public enum HeadAction {
    /// The body is read, up to `bodyLimitBytes` or the server's limit, whichever is smaller. Whatever the answer will be, it
    /// has `fields` besides its own. ``AnswerReport/label`` will be `label`.
    case accept(bodyLimitBytes: Int = .max, fields: [Response.Field] = [], label: Int = 0)
    /// The request is handed over at once, and its body, of any length, is taken from ``Exchange/body`` while it arrives.
    ///
    /// With `takesCoded`, a body with a content coding is handed over as it was sent; without, its request is refused. Whatever
    /// the answer will be, it has `fields` besides its own.
    case stream(takesCoded: Bool, fields: [Response.Field] = [], label: Int = 0)
    /// The request is answered at once, its body is not wanted.
    case refuse(Response, label: Int = 0)
}

/// Reads a body while it arrives.
///
/// Called by one thread at a time: by the loop, or, for a compressed body, by a thread of the pool.
public protocol BodyReader: AnyObject, Sendable {
    /// More of the body is there; what was there before may have moved.
    func bodyGrew(_ body: Buffer)
}

/// A complete request.
public struct Request {
    /// Everything before the body.
    public let head: RequestHead
    /// The body, decoded if it was sent in chunks or compressed. It belongs to whoever takes the request. Empty where it is
    /// taken from ``Exchange/body``.
    public let body: Buffer
    /// Who has read the body while it arrived, if anybody has.
    public let reader: (any BodyReader)?

    init(head: RequestHead, body: Buffer, reader: (any BodyReader)?) {
        self.head = head
        self.body = body
        self.reader = reader
    }
}

@available(*, unavailable)
extension Request: Sendable {}
