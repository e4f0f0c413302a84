/// A worker's folder for temporary files. It is removed when nothing refers to it any more, because workers forked from
/// a template use what the template put into its own folder.
final class TemporaryFolder {
    let path: String
    private let folders: any WorkerFolders

    init(in folders: any WorkerFolders) throws {
        self.folders = folders
        path = try folders.makeFolder()
    }

    deinit {
        folders.remove(path)
    }
}

@available(*, unavailable)
extension TemporaryFolder: Sendable {}
