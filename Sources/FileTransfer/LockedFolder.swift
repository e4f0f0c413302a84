internal import Glibc
internal import HTTPClient

/// A folder that belongs to one server. Others leave it alone while the server runs, because the kernel releases the
/// lock with the process.
///
/// Safe on any thread. All methods block.
struct LockedFolder: Sendable {
    private static let prefix = "coglet-"
    private static let randomCount = 8

    let path: String
    private let lock: OpenFile

    /// Creates a folder with mode 0700 in `parent`, and checks that files in it can be written.
    static func make(in parent: String) -> Result<LockedFolder, SystemError> {
        // A server that is just starting may take the unlocked new folder for a leftover; try again in that case.
        for _ in 0..<3 {
            let path = "\(parent)/\(prefix)\(getpid())-\(FileName.randomPart())"
            guard mkdir(path, 0o700) == 0 else {
                return .failure(SystemError(code: errno, operation: "make a folder in \(parent)"))
            }
            guard let folder = lock(path) else {
                rmdir(path)
                continue
            }
            if let error = folder.writingFailure() {
                rmdir(path)
                return .failure(error)
            }
            return .success(folder)
        }
        return .failure(SystemError(code: errno, operation: "lock a folder in \(parent)"))
    }

    /// Creates the folder again after something removed it. Returns `nil` if that fails.
    func remade() -> LockedFolder? {
        mkdir(path, 0o700) == 0 ? Self.lock(path) : nil
    }

    /// Removes the folders in `parent` whose servers no longer run.
    static func removeLeftovers(in parent: String) {
        for name in entries(of: parent) where isName(name) {
            let path = parent + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                let folder = lock(path)
            else { continue }
            folder.remove()
        }
    }

    /// Removes the folder and everything in it. It stays locked until this value goes away.
    func remove() {
        removeTree(path)
    }

    /// Whether a folder with this name is a server's: `coglet-`, a process id, `-`, eight random characters. Other
    /// programs may have folders that begin with `coglet-`.
    private static func isName(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && Int32(parts[0]) != nil && parts[1].utf8.count == randomCount
    }

    private static func lock(_ path: String) -> LockedFolder? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let file = OpenFile(taking: descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, access(path, W_OK) == 0 else { return nil }
        return LockedFolder(path: path, lock: file)
    }

    /// Why files can't be written; a full disk still allows folders and empty files.
    private func writingFailure() -> SystemError? {
        let name = path + "/probe"
        let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return SystemError(code: errno, operation: "make a file in \(path)") }
        defer { unlink(name) }
        let bytes = [UInt8](repeating: 0, count: 4096)
        guard case .failure(let error) = bytes.withUnsafeBytes({ OpenFile(taking: descriptor).write($0, at: 0) }) else {
            return nil
        }
        return SystemError(code: error.code, operation: "write a file in \(path)")
    }
}
