internal import Glibc
public import HTTPClient
internal import Synchronization

/// The server's own folder in the system's temporary folder. It contains one folder for each worker, and one for each
/// prediction with input files.
///
/// It exists from ``open()`` to ``close()``. A killed server leaves its folder behind, and the next server removes it.
/// Safe on any thread; methods that block say so.
public final class FileStore: Sendable {
    /// The names of the folders inside the store's folder.
    private struct State {
        var root: LockedFolder?
        var predictions = 0
        var workers = 0
    }

    private let parents: [String]
    private let state = Mutex(State())

    /// Makes a store in the first writable folder of `parents`; by default the one that `TMPDIR` names, then `/tmp`.
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

    /// Creates the folder. Blocks; call it at the start of the server.
    ///
    /// - Returns: Why each of the parents before the chosen one isn't usable.
    /// - Throws: ``FileStoreError`` if none of the parents is writable.
    public func open() throws(FileStoreError) -> [SystemError] {
        var failures: [SystemError] = []
        for parent in parents {
            var made = LockedFolder.make(in: parent)
            if case .failure = made {
                // The disk may be full of what a killed server left behind.
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

    /// Removes what servers that no longer run left behind. Blocks; call it on the thread pool, at startup.
    public func removeLeftovers() {
        for parent in parents { LockedFolder.removeLeftovers(in: parent) }
    }

    /// Removes the folder; nothing can be made in it afterwards. Blocks; call it at the end of the server.
    public func close() {
        let root = state.withLock { state in
            defer { state.root = nil }
            return state.root
        }
        root?.remove()
    }

    /// Creates the folder, with mode 0700, that becomes a worker's `TMPDIR`. Its path is short, because sockets are put
    /// into it. Blocks briefly.
    public func makeWorkerFolder() -> Result<String, FileError> {
        makeFolder { state in
            state.workers += 1
            return "w\(state.workers)"
        }
    }

    /// Creates the folder, with mode 0700, for a prediction's input files. Blocks.
    func makePredictionFolder() -> Result<String, FileError> {
        makeFolder { state in
            state.predictions += 1
            return "\(state.predictions)"
        }
    }

    /// Removes a folder that the store created. Blocks; call it on the thread pool.
    public func removeFolder(_ path: String) {
        removeTree(path)
    }

    private func makeFolder(_ nextName: (inout State) -> String) -> Result<String, FileError> {
        state.withLock { state in
            guard let root = state.root else { return .failure(.canceled) }
            let path = root.path + "/" + nextName(&state)
            if mkdir(path, 0o700) == 0 { return .success(path) }
            // A cleanup of old temporary files has removed the store's folder.
            if errno == ENOENT, let root = root.remade() {
                state.root = root
                if mkdir(path, 0o700) == 0 { return .success(path) }
            }
            return .failure(.temporary(SystemError(code: errno, operation: "make"), path: path))
        }
    }
}

/// No folder for temporary files could be created.
public struct FileStoreError: Error, CustomStringConvertible {
    /// The failure of each folder that was tried.
    public let failures: [SystemError]

    /// The failure as printable text.
    public var description: String {
        "no folder for temporary files: \(failures.map(\.description).joined(separator: "; "))."
            + " Set TMPDIR to a writable folder"
    }
}
