import EventLoop
import FileTransfer
import HTTPServer
import Predictions

/// A form or a file on its way from a client to the disk: slows the client down to the disk's speed.
///
/// Bound to the loop. Its files go away with it unless somebody keeps ``files``.
final class Upload: BodyReceiver {
    /// So many pieces wait for the disk before the client has to.
    private static let waitingLimit = 2

    let files: UploadedFiles
    private let reading: UploadReading
    private let log: Log
    private let schema: InputSchema?
    private let filePatterns: FilePatterns
    private var intake: BodyIntake?
    private var waiting: [Buffer] = []
    private var isReading = false
    private var hasEnded = false
    private var outcome: Result<UploadReading.Result, UploadError>?
    private var completion: ((Result<UploadReading.Result, UploadError>) -> Void)?

    init(
        _ reading: UploadReading, into files: UploadedFiles, schema: InputSchema?, filePatterns: FilePatterns, log: Log
    ) {
        self.log = log
        self.reading = reading
        self.files = files
        self.schema = schema
        self.filePatterns = filePatterns
    }

    /// Calls `completion`, now or later, with what the body says. A client that leaves before is forgotten.
    func whenRead(on exchange: Exchange, _ completion: @escaping (Result<UploadReading.Result, UploadError>) -> Void) {
        guard let outcome else {
            self.completion = completion
            exchange.onClientGone = { [self] in abandoned() }
            return
        }
        completion(outcome)
    }

    // MARK: - BodyReceiver

    func began(_ intake: BodyIntake) {
        self.intake = intake
    }

    func received(_ piece: Buffer) -> Bool {
        guard outcome == nil else { return true }
        waiting.append(piece)
        readOn()
        return waiting.count < Self.waitingLimit
    }

    func ended() {
        hasEnded = true
        readOn()
    }

    func abandoned() {
        guard outcome == nil else { return }
        completion = nil
        end(.failure(.abandoned))
    }

    // MARK: - Reading

    private func readOn() {
        guard !isReading, outcome == nil else { return }
        let reading = reading
        if !waiting.isEmpty {
            isReading = true
            let piece = waiting.removeFirst()
            files.perform {
                reading.read(piece, $0)
            } then: { [self] error in
                pieceRead(error)
            }
        } else if hasEnded {
            isReading = true
            files.perform { [schema, filePatterns] in
                reading.finish($0, schema: schema, filePatterns: filePatterns)
            } then: { [self] result in
                if outcome == nil { end(result) }
            }
        }
    }

    private func pieceRead(_ error: UploadError?) {
        isReading = false
        guard outcome == nil else { return }
        if let error { return end(.failure(error)) }
        readOn()
        if waiting.count < Self.waitingLimit { intake?.resume() }
    }

    private func end(_ result: Result<UploadReading.Result, UploadError>) {
        outcome = result
        waiting = []
        switch result {
        case .success(let read): files.places = read.files
        case .failure(let error):
            if case .storage(let failure) = error { log.error("coglet::uploads", "\(failure)") }
            files.discard()
            intake?.refuse(error.answer)
        }
        intake = nil
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

@available(*, unavailable)
extension Upload: Sendable {}
