internal import Glibc
internal import HTTPClient
internal import Synchronization

/// The folder below the system's temporary folder in which this server keeps its files, one folder for each prediction.
///
/// It exists on disk only while a prediction has files. A server that was killed leaves its folder behind; the next one
/// removes it, which it can tell by a lock that the kernel lets go with the process. Any thread; methods that block say so.
public final class FileStore: Sendable {
    private struct State {
        var root: String?
        var lock: OpenFile?
        /// How many folders of predictions are in `root`.
        var count = 0
        var made = 0
        var isClosed = false
    }

    private let parent: String
    private let state = Mutex(State())
    private static let prefix = "coglet-"

    /// Makes a store below `parent`; by default what `TMPDIR` names, else `/tmp`.
    public init(under parent: String? = nil) {
        let variable = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        self.parent = parent ?? (variable.isEmpty ? "/tmp" : variable)
    }

    /// The folder for one prediction, which is made when its first file is.
    public func makeDirectory() -> PredictionDirectory {
        PredictionDirectory(of: self)
    }

    /// Removes what servers that no longer run have left behind. Blocks; for the thread pool, at start.
    public func removeLeftovers() {
        for name in entries(of: parent) where name.hasPrefix(Self.prefix) {
            let path = parent + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                let lock = lockedFolder(path)
            else { continue }
            removeTree(path)
            _ = lock  // held until the folder is gone
        }
    }

    /// Removes the whole folder; no file can be made afterwards. Blocks; for the end of the server.
    public func close() {
        let root = state.withLock { state in
            defer { state.root = nil }
            state.isClosed = true
            return state.root
        }
        if let root { removeTree(root) }
        state.withLock { $0.lock = nil }
    }

    /// Makes a new folder, mode 0700, in the store's own.
    func makeFolder() -> Result<String, FileError> {
        state.withLock { state in
            guard !state.isClosed else { return .failure(.canceled) }
            if state.root == nil {
                switch makeRoot() {
                case .success(let (path, lock)): (state.root, state.lock) = (path, lock)
                case .failure(let error): return .failure(error)
                }
            }
            guard let root = state.root else { return .failure(.canceled) }
            state.made += 1
            let path = root + "/\(state.made)"
            guard mkdir(path, 0o700) == 0 else { return failure("make", path) }
            state.count += 1
            return .success(path)
        }
    }

    /// Removes a folder that ``makeFolder()`` made, and the store's own after the last of them. Blocks.
    func removeFolder(_ path: String) {
        removeTree(path)
        state.withLock { state in
            state.count -= 1
            guard state.count == 0, let root = state.root, rmdir(root) == 0 else { return }
            state.root = nil
            state.lock = nil
        }
    }

    private func makeRoot() -> Result<(String, OpenFile), FileError> {
        // A server that starts just now may take the new folder for a leftover before it is locked: try again then.
        for _ in 0..<3 {
            let path = "\(parent)/\(Self.prefix)\(getpid())-\(FileName.randomPart())"
            guard mkdir(path, 0o700) == 0 else { return failure("make", path) }
            if let lock = lockedFolder(path), access(path, W_OK) == 0 { return .success((path, lock)) }
        }
        return failure("lock a folder in", parent)
    }

    private func failure<Value>(_ operation: String, _ path: String) -> Result<Value, FileError> {
        .failure(.temporary(SystemError(code: errno, operation: operation), path: path))
    }
}

/// One prediction's files: a private folder that is removed with everything in it when the prediction has ended.
///
/// Any thread; methods that block are for the thread pool.
public final class PredictionDirectory: Sendable {
    private struct State {
        var path: String?
        var isRemoved = false
    }

    private let store: FileStore
    private let state = Mutex(State())

    init(of store: FileStore) {
        self.store = store
    }

    /// Makes an empty file, mode 0600, named `tmp`, eight random characters, and `name`. Blocks.
    ///
    /// Fails as canceled when the folder was removed already.
    func makeFile(named name: String) -> Result<(file: OpenFile, path: String), FileError> {
        state.withLock { state in
            guard !state.isRemoved else { return .failure(.canceled) }
            if state.path == nil {
                switch store.makeFolder() {
                case .success(let path): state.path = path
                case .failure(let error): return .failure(error)
                }
            }
            let path = "\(state.path ?? "")/tmp\(FileName.randomPart())\(name)"
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                return .failure(.temporary(SystemError(code: errno, operation: "make"), path: path))
            }
            return .success((OpenFile(taking: descriptor), path))
        }
    }

    /// Whether there is nothing on disk, so that ``removeNow()`` costs nothing.
    public var isEmpty: Bool {
        state.withLock { $0.path == nil }
    }

    /// Removes the folder and all in it, and lets no new file be made. Blocks. A second call does nothing.
    public func removeNow() {
        let path = state.withLock { state in
            defer { state.path = nil }
            state.isRemoved = true
            return state.path
        }
        if let path { store.removeFolder(path) }
    }
}

// MARK: - Folders

/// Opens a folder and takes its lock; `nil` if another process has it or the folder is gone.
private func lockedFolder(_ path: String) -> OpenFile? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let folder = OpenFile(taking: descriptor)
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? folder : nil
}

/// The names in a folder, without `.` and `..`; none if it cannot be read.
private func entries(of path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Removes a folder and everything in it, never following a link. What cannot be removed stays.
private func removeTree(_ path: String) {
    // The model may be adding files still: look again a few times.
    for _ in 0..<3 {
        if unlink(path) == 0 || errno == ENOENT { return }
        if rmdir(path) == 0 { return }
        chmod(path, 0o700)
        for name in entries(of: path) { removeTree(path + "/" + name) }
        if rmdir(path) == 0 || errno == ENOENT { return }
    }
}
