/// A worker's folder for temporary files. It is removed when nobody refers to it any more: what a template has put into its
/// own, the workers that were forked from it use.
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
