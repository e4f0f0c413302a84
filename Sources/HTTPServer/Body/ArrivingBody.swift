internal import EventLoop

/// The body of a request that was handed over before its body has arrived; see ``HeadAction/stream(takesCoded:fields:label:)``.
///
/// What its handler doesn't take waits, up to ``HTTPConfiguration/pipelineLimitBytes``, then in the kernel, and then the client
/// has to wait. Loop-bound.
public final class ArrivingBody {
    /// What came of taking bytes.
    public enum Taken: Equatable, Sendable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// There are no more.
        case end
        /// ``ArrivingBody/onArrival`` follows.
        case notYet
        /// The rest will not come: it is not what the request's head has promised, it came too slowly, there was no memory for
        /// it, or its client has gone. The request should be answered.
        case failed(RequestFailure)
    }

    /// How many bytes the body has; nil if the client sends chunks.
    public let lengthBytes: Int?
    /// Called on the loop when there may be more to take.
    public var onArrival: (() -> Void)?

    private weak var connection: Connection?
    var progress: ArrivingProgress
    /// Why the rest will not come.
    var failure: RequestFailure?
    /// How much was taken.
    var takenBytes = 0

    init(_ framing: RequestParser.Framing, on connection: Connection) {
        self.connection = connection
        switch framing {
        case .none: (lengthBytes, progress) = (0, .length(remaining: 0))
        case .length(let count): (lengthBytes, progress) = (count, .length(remaining: count))
        case .chunked: (lengthBytes, progress) = (nil, .chunks(ChunkedProgress()))
        }
    }

    /// Whether everything was taken.
    public var hasEnded: Bool { progress.hasEnded }

    /// Copies what is there to `destination`, which has room for at least one byte.
    public func take(into destination: UnsafeMutableRawBufferPointer) -> Taken {
        if hasEnded { return .end }
        if let failure { return .failed(failure) }
        return connection?.take(self, into: destination) ?? .failed(.malformed("its client has gone"))
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
