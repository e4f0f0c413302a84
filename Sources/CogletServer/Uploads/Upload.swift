import EventLoop
import FileTransfer
import HTTPServer
import Predictions

/// A form or a file on its way from a client to the disk: slows the client down to the disk's speed.
///
/// Bound to the loop. Its files go away with it unless somebody keeps ``files``.
final class Upload {
    /// What is written to the disk in one go.
    private static let pieceBytes = 262_144
    /// So many pieces wait for the disk before the client has to.
    private static let waitingLimit = 2

    let files: UploadedFiles
    private let reading: UploadReading
    private let exchange: Exchange
    private let memory: MemoryAccount
    private let log: Log
    private let schema: InputSchema?
    private let filePatterns: FilePatterns
    /// The piece that is being received.
    private var piece: Buffer?
    private var waiting: [Buffer] = []
    private var isReading = false
    private var hasArrived = false
    private var completion: ((Result<UploadReading.Result, UploadError>) -> Void)?

    init(
        _ reading: UploadReading, into files: UploadedFiles, on exchange: Exchange, schema: InputSchema?,
        filePatterns: FilePatterns, memory: MemoryAccount, log: Log
    ) {
        self.reading = reading
        self.files = files
        self.exchange = exchange
        self.memory = memory
        self.log = log
        self.schema = schema
        self.filePatterns = filePatterns
    }

    /// Reads the body of the exchange, which keeps this object. Calls `completion` once, now or later, with what the body says.
    func read(_ completion: @escaping (Result<UploadReading.Result, UploadError>) -> Void) {
        self.completion = completion
        exchange.onClientGone = { [self] in end(.failure(.clientGone)) }
        exchange.body?.onArrival = { [self] in take() }
        take()
    }

    /// Takes what has arrived, unless the disk is behind.
    private func take() {
        while completion != nil, !hasArrived, waiting.count < Self.waitingLimit, takePiece() {}
        readOn()
    }

    /// Whether there may be more at once.
    private func takePiece() -> Bool {
        let piece = piece ?? Buffer(accountedIn: memory)
        self.piece = piece
        guard piece.tryReserve(Self.pieceBytes - piece.count, upTo: Self.pieceBytes) else {
            end(.failure(.outOfMemory))
            return false
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: piece.spare.prefix(Self.pieceBytes - piece.count))
        switch exchange.body?.take(into: room) ?? .end {
        case .bytes(let count):
            piece.grow(by: count)
            if piece.count == Self.pieceBytes { handOn() }
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

    /// Lets the piece that is being received wait for the disk.
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
                if let error { end(.failure(error)) } else { take() }
            }
        } else if hasArrived {
            isReading = true
            files.perform { [schema, filePatterns] in
                reading.finish($0, schema: schema, filePatterns: filePatterns)
            } then: { [self] in
                end($0)
            }
        }
    }

    private func end(_ result: Result<UploadReading.Result, UploadError>) {
        guard let completion else { return }
        self.completion = nil
        piece = nil
        waiting = []
        exchange.onClientGone = nil
        exchange.body?.onArrival = nil
        switch result {
        case .success(let read): files.places = read.files
        case .failure(let error):
            if case .storage(let failure) = error { log.error("coglet::uploads", "\(failure)") }
            files.discard()
        }
        completion(result)
    }
}

@available(*, unavailable)
extension Upload: Sendable {}
