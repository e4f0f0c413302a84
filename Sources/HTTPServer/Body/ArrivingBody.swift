internal import EventLoop

/// The body of a request that is passed to its handler before the body has arrived; see
/// ``HeadAction/stream(takesCoded:fields:label:)``.
///
/// What the handler doesn't take is buffered, first up to ``HTTPConfiguration/pipelineLimitBytes``, then in the kernel;
/// after that, the client has to wait. Bound to the loop.
public final class ArrivingBody {
    /// The result of taking bytes.
    public enum Taken: Equatable, Sendable {
        /// This many bytes were taken, at least one.
        case bytes(Int)
        /// The body has ended.
        case end
        /// Nothing is available yet; ``ArrivingBody/onArrival`` follows.
        case notYet
        /// The rest won't come: it contradicts the request's head, it came too slowly, there was no memory for it, or
        /// its client is gone. The request should be answered.
        case failed(RequestFailure)
    }

    /// The length of the body; nil if the client sends chunks.
    public let lengthBytes: Int?
    /// Called on the loop when there may be more to take.
    public var onArrival: (() -> Void)?

    private weak var connection: Connection?
    var progress: ArrivingProgress
    /// Why the rest won't come.
    var failure: RequestFailure?
    /// The number of bytes taken so far.
    var takenBytes = 0

    init(_ framing: RequestParser.Framing, on connection: Connection) {
        self.connection = connection
        switch framing {
        case .none: (lengthBytes, progress) = (0, .length(remaining: 0))
        case .length(let count): (lengthBytes, progress) = (count, .length(remaining: count))
        case .chunked: (lengthBytes, progress) = (nil, .chunks(ChunkedProgress()))
        }
    }

    /// Whether the whole body was taken.
    public var hasEnded: Bool { progress.hasEnded }

    /// Copies available bytes to `destination`, which must have room for at least one byte.
    public func take(into destination: UnsafeMutableRawBufferPointer) -> Taken {
        if hasEnded { return .end }
        if let failure { return .failed(failure) }
        return connection?.take(self, into: destination) ?? .failed(.malformed("the client disconnected"))
    }
}

@available(*, unavailable)
extension ArrivingBody: Sendable {}

/// How much of a body was taken.
enum ArrivingProgress {
    case length(remaining: Int)
    case chunks(ChunkedProgress)

    var hasEnded: Bool {
        switch self {
        case .length(let remaining): remaining == 0
        case .chunks(let chunks): chunks.areComplete && chunks.position == chunks.decoded.count
        }
    }
}
