import EventLoop
import FileTransfer
import Workers

/// Puts the workers' temporary files into the server's own folder.
final class TemporaryFolders: WorkerFolders {
    private let store: FileStore
    private let loop: EventLoop

    init(in store: FileStore, on loop: EventLoop) {
        self.store = store
        self.loop = loop
    }

    func makeFolder() throws -> String {
        try store.makeWorkerFolder().get()
    }

    func remove(_ folder: String) {
        let store = store
        loop.submit {
            store.removeFolder(folder)
        } then: {
        }
    }
}

@available(*, unavailable)
extension TemporaryFolders: Sendable {}
