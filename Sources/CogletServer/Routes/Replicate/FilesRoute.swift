import EventLoop
import FileTransfer
import HTTPServer
import Predictions
import Serving
import Workers

/// `/v1/files`: `POST` stores a file, as Replicate's clients do before they name it in an input, and `GET` lists all of them.
final class FilesRoute: RouteHandler {
    private let service: PredictionService
    private let api: ReplicateAPI
    private let limits: UploadLimits
    private let memory: MemoryAccount
    private let log: Log

    init(_ service: PredictionService, _ api: ReplicateAPI, _ limits: UploadLimits, _ memory: MemoryAccount, _ log: Log)
    {
        self.service = service
        self.api = api
        self.limits = limits
        self.memory = memory
        self.log = log
    }

    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void> {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else {
            return .refuse(FileAnswers.unsupportedType)
        }
        guard !service.isClosed else { return .refuse(Answers.shuttingDown) }
        return MultipartParser(contentType: contentType) == nil ? .refuse(Answers.noBoundary) : .take(())
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard request.head.method == .post else { return list(request.head, on: exchange) }
        guard exchange.body != nil, let type = request.head.field("content-type")?.string,
            let parser = MultipartParser(contentType: type)
        else { return exchange.respond(FileAnswers.unsupportedType) }
        let reading = UploadReading(.form(parser), FileForm(), limits: limits, memory: memory)
        let upload = UploadReceiver(reading, into: service.makeUploads(), on: exchange, memory: memory, log: log)
        let arrival = service.storedFiles.makeArrival()
        let limitBytes = service.storedFiles.limitBytes
        upload.onProgress = { arrival.grew(to: $0) ? nil : .storeFull(limitBytes: limitBytes) }
        upload.read { [api] result in
            switch result {
            case .failure(.clientGone): break
            case .failure(let error): exchange.respond(error.answer)
            case .success(let content):
                let facts = StoredFile.Facts(
                    name: content.name, contentType: content.type, size: content.size, metadata: content.metadata,
                    createdAt: Clock.wall.nanoseconds)
                let file = arrival.keep(facts, at: content.path, in: upload.files)
                var body: [UInt8] = []
                FileAnswers.append(file, base: api.base(request.head), to: &body)
                exchange.respond(.json(body, status: 201))
            }
        }
    }

    private func list(_ head: RequestHead, on exchange: Exchange) {
        let base = api.base(head)
        var body = Array(#"{"next":null,"previous":null,"results":["#.utf8)
        for (index, file) in service.storedFiles.all.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            FileAnswers.append(file, base: base, to: &body)
        }
        body.append(contentsOf: "]}".utf8)
        exchange.respond(.json(body))
    }
}

@available(*, unavailable)
extension FilesRoute: Sendable {}
