import HTTPServer
import JSON
import Predictions
import Serving

/// A client that reads a prediction's output as plain text while it is produced.
///
/// Such a text has no place for an error. A prediction that fails before its first output gets an error response; one
/// that fails later ends the text in a way that the client notices.
final class TextStream: Follower {
    private let run: RunID
    private let service: PredictionService
    private let exchange: Exchange
    private var stream: ResponseStream?
    private var isEnded = false

    init(of run: RunID, _ service: PredictionService, on exchange: Exchange) {
        self.run = run
        self.service = service
        self.exchange = exchange
        // The exchange releases this when it is answered or its client is gone.
        exchange.onClientGone = clientGone
    }

    var kind: FollowerKind { .eventStream }
    var seesOutput: Bool { true }

    func happened(_ event: RunEvent) {
        guard event.kind == .output, let chunk = event.event?.plainText, !isEnded else { return }
        let stream = begun()
        guard stream.pendingBytes < EventStream.pendingLimitBytes else {
            isEnded = true
            stream.abort()
            return
        }
        stream.write(Array(chunk.utf8))
    }

    func ended(_ end: RunEnd) {
        guard !isEnded else { return }
        isEnded = true
        if end.status == .succeeded {
            begun().finish()
        } else if let stream {
            stream.abort()
        } else {
            exchange.respond(Answers.failure(end))
        }
    }

    private func begun() -> ResponseStream {
        if let stream { return stream }
        let stream = exchange.startStream(
            contentType: Response.textType, fields: [Response.Field("cache-control", "no-cache")])
        self.stream = stream
        return stream
    }

    private func clientGone() {
        guard !isEnded else { return }
        isEnded = true
        service.leave(run, self)
    }
}

@available(*, unavailable)
extension TextStream: Sendable {}
