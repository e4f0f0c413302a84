internal import Glibc
public import HTTPClient
internal import Synchronization

/// The server's own folder in the system's temporary folder. In it are a folder for each worker, and one for each
/// prediction that has input files.
///
/// It exists from ``open()`` to ``close()``. A server that was killed leaves its folder behind; the next one removes it.
/// Any thread; methods that block say so.
public final class FileStore: Sendable {
    /// The names of the folders in the store's own.
    private struct State {
        var root: LockedFolder?
        var predictions = 0
        var workers = 0
    }

    private let parents: [String]
    private let state = Mutex(State())

    /// Makes a store in the first of `parents` that can be written; by default what `TMPDIR` names, then `/tmp`.
    public init(in parents: [String] = FileStore.usualParents()) {
        self.parents = parents
    }

    /// The folder that `TMPDIR` names, as an absolute path, then `/tmp`.
    public static func usualParents() -> [String] {
        var named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        while named.count > 1, named.hasSuffix("/") { named.removeLast() }
        guard !named.isEmpty, named != "/tmp" else { return ["/tmp"] }
        if !named.hasPrefix("/"), let folder = getcwd(nil, 0) {
            // The model may change its working directory.
            named = String(cString: folder) + "/" + named
            free(folder)
        }
        return [named, "/tmp"]
    }

    /// Makes the folder. Blocks; for the start of the server.
    ///
    /// - Returns: Why each of the parents before the one that is used can't be.
    /// - Throws: ``FileStoreError`` if none of the parents can be written.
    public func open() throws(FileStoreError) -> [SystemError] {
        var failures: [SystemError] = []
        for parent in parents {
            var made = LockedFolder.make(in: parent)
            if case .failure = made {
                // What a killed server has left may be what fills the disk.
                LockedFolder.removeLeftovers(in: parent)
                made = LockedFolder.make(in: parent)
            }
            switch made {
            case .success(let root):
                state.withLock { $0.root = root }
                return failures
            case .failure(let error):
                failures.append(error)
            }
        }
        throw FileStoreError(failures: failures)
    }

    /// Removes what servers that no longer run have left behind. Blocks; for the thread pool, at start.
    public func removeLeftovers() {
        for parent in parents { LockedFolder.removeLeftovers(in: parent) }
    }

    /// Removes the folder; nothing can be made in it afterwards. Blocks; for the end of the server.
    public func close() {
        let root = state.withLock { state in
            defer { state.root = nil }
            return state.root
        }
        root?.remove()
    }

    /// Makes the folder, mode 0700, that a worker gets as its `TMPDIR`. It is short, as sockets are put into it. Blocks for
    /// a moment.
    public func makeWorkerFolder() -> Result<String, FileError> {
        makeFolder { state in
            state.workers += 1
            return "w\(state.workers)"
        }
    }

    /// Makes the folder, mode 0700, for the input files of a prediction. Blocks.
    func makePredictionFolder() -> Result<String, FileError> {
        makeFolder { state in
            state.predictions += 1
            return "\(state.predictions)"
        }
    }

    /// Removes a folder that was made here. Blocks; for the thread pool.
    public func removeFolder(_ path: String) {
        removeTree(path)
    }

    private func makeFolder(_ nextName: (inout State) -> String) -> Result<String, FileError> {
        state.withLock { state in
            guard let root = state.root else { return .failure(.canceled) }
            let path = root.path + "/" + nextName(&state)
            if mkdir(path, 0o700) == 0 { return .success(path) }
            // Somebody who cleans up old temporary files has removed the store's folder.
            if errno == ENOENT, let root = root.remade() {
                state.root = root
                if mkdir(path, 0o700) == 0 { return .success(path) }
            }
            return .failure(.temporary(SystemError(code: errno, operation: "make"), path: path))
        }
    }
}

/// There is no place for temporary files.
public struct FileStoreError: Error, CustomStringConvertible {
    /// What is wrong with each folder that was tried.
    public let failures: [SystemError]

    /// The failure, fit to print.
    public var description: String {
        "no folder for temporary files: \(failures.map(\.description).joined(separator: "; "))."
            + " Set TMPDIR to a folder that can be written"
    }
}
