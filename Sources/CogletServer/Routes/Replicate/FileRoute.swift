import EventLoop
import FileTransfer
import HTTPServer

/// `/v1/files/{id}`: `GET` shows what is known of a stored file, and `DELETE` removes it. `/v1/files/{id}/download` are its
/// contents.
final class FileRoute: RouteHandler {
    private let files: StoredFiles
    private let api: ReplicateAPI
    private let log: Log
    private let isContents: Bool

    init(_ files: StoredFiles, _ api: ReplicateAPI, _ log: Log, isContents: Bool = false) {
        self.files = files
        self.api = api
        self.log = log
        self.isContents = isContents
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard let file = files[id?.text ?? ""] else { return exchange.respond(FileAnswers.unknown) }
        if isContents {
            FileSending(of: file, on: exchange, log, isBodyWanted: request.head.method == .get).begin()
        } else if request.head.method == .delete {
            _ = files.remove(file.id)
            exchange.respond(.empty(204))
        } else {
            var body: [UInt8] = []
            FileAnswers.append(file, base: api.base(request.head), to: &body)
            exchange.respond(.json(body))
        }
    }
}

@available(*, unavailable)
extension FileRoute: Sendable {}
