import EventLoop
import FileTransfer
import Glibc
import HTTPClient
import HTTPServer

/// The contents of a stored file on their way to a client, at the client's pace. The file is read on the thread pool.
///
/// Bound to the loop. It is open only while a piece is read, so that slow clients hold no descriptors.
final class FileSending {
    private static let pieceBytes = 256 << 10
    /// With more than this waiting for the client, the next piece waits too. More than a piece: what was written in this round
    /// of the loop doesn't wait for the client, so nobody would say that it was taken.
    private static let pendingLimitBytes = 2 * pieceBytes

    private let file: StoredFile
    private let exchange: Exchange
    private let log: Log
    private let isBodyWanted: Bool
    private var stream: ResponseStream?
    private var offset = 0

    init(of file: StoredFile, on exchange: Exchange, _ log: Log, isBodyWanted: Bool) {
        self.file = file
        self.exchange = exchange
        self.log = log
        self.isBodyWanted = isBodyWanted
    }

    /// Sends the head, and the contents behind it.
    func begin() {
        let stream = exchange.startStream(fields: [
            Response.Field("content-type", file.facts.contentType),
            Response.Field(
                "content-disposition", "attachment; filename*=UTF-8''\(ReplicateAPI.escaped(file.facts.name))"),
            // A page that a client stores must not act as one of this server's.
            Response.Field("content-security-policy", "sandbox"), Response.Field("x-content-type-options", "nosniff"),
        ])
        guard isBodyWanted else { return stream.finish() }
        self.stream = stream
        stream.onClientGone = { [self] in end { _ in } }
        sendPiece()
    }

    private func sendPiece() {
        let (path, offset) = (file.path, offset)
        log.loop.submit {
            Self.piece(of: path, at: offset)
        } then: { [self] result in
            guard let stream else { return }
            switch result {
            case .failure(let error):
                log.error("coglet::files", "The stored file \(file.id) can't be read: \(error)")
                end { $0.abort() }
            case .success(let piece) where piece.isEmpty: end { $0.finish() }
            case .success(let piece):
                self.offset += piece.count
                stream.write(piece)
                if stream.pendingBytes <= Self.pendingLimitBytes {
                    sendPiece()
                } else {
                    stream.onDrained = { [self] in
                        self.stream?.onDrained = nil
                        sendPiece()
                    }
                }
            }
        }
    }

    private func end(_ finish: (ResponseStream) -> Void) {
        guard let stream else { return }
        self.stream = nil
        stream.onDrained = nil
        finish(stream)
    }

    private static func piece(of path: String, at offset: Int) -> Result<[UInt8], SystemError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(SystemError(code: errno, operation: "open")) }
        let file = OpenFile(taking: descriptor)
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
            switch file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset) {
            case .success(let read): count = read
            case .failure(let error): failure = error
            }
        }
        return failure.map { .failure($0) } ?? .success(bytes)
    }
}

@available(*, unavailable)
extension FileSending: Sendable {}
