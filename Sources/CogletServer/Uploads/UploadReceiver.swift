import EventLoop
import FileTransfer
import HTTPServer
import Predictions

/// The pace at which a body is written to the disk.
enum UploadPace {
    /// How much is written at a time.
    static let pieceBytes = 262_144
    /// How many pieces may wait for the disk before the client has to wait.
    static let waitingLimit = 2
}

/// Passes a form or a file from a client to the disk, and slows the client down to the disk's speed.
///
/// Bound to the loop. Its files are removed with it unless something keeps ``files``.
final class UploadReceiver<Form: UploadForm> {
    let files: UploadedFiles
    /// Called with the number of bytes of files on the disk; a returned error ends the upload.
    var onProgress: ((_ fileBytes: Int) -> UploadError?)?
    private let reading: UploadReading<Form>
    private let exchange: Exchange
    private let memory: MemoryAccount
    private let log: Log
    /// The piece that is being received.
    private var piece: Buffer?
    private var waiting: [Buffer] = []
    private var isReading = false
    private var hasArrived = false
    private var completion: ((Result<Form.Content, UploadError>) -> Void)?

    init(
        _ reading: UploadReading<Form>, into files: UploadedFiles, on exchange: Exchange, memory: MemoryAccount,
        log: Log
    ) {
        self.reading = reading
        self.files = files
        self.exchange = exchange
        self.memory = memory
        self.log = log
    }

    /// Reads the body of the exchange, which keeps this object. Calls `completion` once, now or later, with what the body says.
    func read(_ completion: @escaping (Result<Form.Content, UploadError>) -> Void) {
        self.completion = completion
        exchange.onClientGone = { [self] in end(.failure(.clientGone)) }
        exchange.body?.onArrival = { [self] in take() }
        take()
    }

    /// Takes what has arrived, unless the disk is behind.
    private func take() {
        while completion != nil, !hasArrived, waiting.count < UploadPace.waitingLimit, takePiece() {}
        readOn()
    }

    /// Takes a piece; returns whether more may be available immediately.
    private func takePiece() -> Bool {
        let piece = piece ?? Buffer(accountedIn: memory)
        self.piece = piece
        guard piece.tryReserve(UploadPace.pieceBytes - piece.count, upTo: UploadPace.pieceBytes) else {
            end(.failure(.outOfMemory))
            return false
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: piece.spare.prefix(UploadPace.pieceBytes - piece.count))
        switch exchange.body?.take(into: room) ?? .end {
        case .bytes(let count):
            piece.grow(by: count)
            if piece.count == UploadPace.pieceBytes { handOn() }
            return true
        case .end:
            hasArrived = true
            handOn()
        case .notYet: break
        case .failed(.outOfMemory): end(.failure(.outOfMemory))
        case .failed(let failure): end(.failure(.body(failure)))
        }
        return false
    }

    /// Queues the received piece for the disk.
    private func handOn() {
        if let piece, !piece.isEmpty { waiting.append(piece) }
        piece = nil
    }

    private func readOn() {
        guard !isReading, completion != nil else { return }
        let reading = reading
        if !waiting.isEmpty {
            isReading = true
            let piece = waiting.removeFirst()
            files.perform {
                reading.read(piece, $0)
            } then: { [self] error in
                isReading = false
                if let error = error ?? onProgress?(reading.fileBytes) { end(.failure(error)) } else { take() }
            }
        } else if hasArrived {
            isReading = true
            files.perform {
                reading.finish($0)
            } then: { [self] in
                end($0)
            }
        }
    }

    private func end(_ result: Result<Form.Content, UploadError>) {
        guard let completion else { return }
        self.completion = nil
        piece = nil
        waiting = []
        exchange.onClientGone = nil
        exchange.body?.onArrival = nil
        onProgress = nil
        if case .failure(let error) = result {
            if case .storage(let failure) = error { log.error("coglet::uploads", "\(failure)") }
            files.discard()
        }
        completion(result)
    }
}

@available(*, unavailable)
extension UploadReceiver: Sendable {}
