internal import EventLoop
internal import Glibc
internal import HTTPClient
internal import Synchronization

/// The input files of one prediction, in a private folder that is created with the first file.
///
/// This is the folder's only owner: ``remove()`` waits for jobs that may still create it. Bound to the loop.
final class InputFolder {
    private let loop: EventLoop
    private let contents: Contents
    private var jobs = 0
    private var isUnwanted = false

    init(in store: FileStore, on loop: EventLoop) {
        self.loop = loop
        contents = Contents(in: store)
    }

    /// Runs `work`, which may create files, on the thread pool, then `then` with its result on the loop.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Contents) -> Value, then: @escaping (Value) -> Void
    ) {
        jobs += 1
        let contents = contents
        loop.submit {
            work(contents)
        } then: { [self] value in
            jobs -= 1
            then(value)
            removeIfIdle()
        }
    }

    /// Removes the folder and everything in it, on the thread pool, once no job is running. Jobs that haven't begun
    /// can't create files any more. A second call does nothing.
    func remove() {
        guard !isUnwanted else { return }
        isUnwanted = true
        contents.isUnwanted.store(true, ordering: .relaxed)
        removeIfIdle()
    }

    private func removeIfIdle() {
        guard isUnwanted, jobs == 0, contents.exists else { return }
        jobs += 1  // Never back to 0: this is the last job.
        let contents = contents
        loop.submit {
            contents.remove()
        } then: {
        }
    }

    /// The jobs' view of the folder, on any thread.
    final class Contents: Sendable {
        /// How much of a file is copied in one go.
        private static let copiedBytes = 256 << 10

        fileprivate let isUnwanted = Atomic(false)
        private let store: FileStore
        private let path = Mutex<String?>(nil)

        fileprivate init(in store: FileStore) {
            self.store = store
        }

        /// Creates an empty file, with mode 0600, named `tmp`, eight random characters, and `name`. Blocks.
        ///
        /// Fails as canceled if the files are no longer needed.
        func makeFile(named name: String) -> Result<(file: OpenFile, path: String), FileError> {
            guard !isUnwanted.load(ordering: .relaxed) else { return .failure(.canceled) }
            return folder().flatMap { folder in
                let path = "\(folder)/tmp\(FileName.randomPart())\(name)"
                let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else {
                    return .failure(.temporary(SystemError(code: errno, operation: "make"), path: path))
                }
                return .success((OpenFile(taking: descriptor), path))
            }
        }

        /// Copies the file at `source` to a new one here, which is called as ``makeFile(named:)`` does. Blocks.
        ///
        /// - Returns: the path of the copy.
        func copy(_ source: String, named name: String) -> Result<String, FileError> {
            let descriptor = open(source, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                return .failure(.temporary(SystemError(code: errno, operation: "open"), path: source))
            }
            let original = OpenFile(taking: descriptor)
            return makeFile(named: name).flatMap { file, path in
                withUnsafeTemporaryAllocation(byteCount: Self.copiedBytes, alignment: 16) { piece in
                    var offset = 0
                    while !isUnwanted.load(ordering: .relaxed) {
                        let copied = original.read(into: piece, at: offset).flatMap { count in
                            file.write(UnsafeRawBufferPointer(rebasing: piece[..<count]), at: offset).map { count }
                        }
                        switch copied {
                        case .success(0): return .success(path)
                        case .success(let count): offset += count
                        case .failure(let error): return .failure(.temporary(error, path: path))
                        }
                    }
                    return .failure(.canceled)
                }
            }
        }

        /// Adds `suffix` to the name of a file that was made here. Blocks.
        ///
        /// - Returns: The new path.
        func rename(_ path: String, adding suffix: String) -> Result<String, FileError> {
            guard Glibc.rename(path, path + suffix) == 0 else {
                return .failure(.temporary(SystemError(code: errno, operation: "rename"), path: path))
            }
            return .success(path + suffix)
        }

        private func folder() -> Result<String, FileError> {
            path.withLock { path in
                if let path { return .success(path) }
                let made = store.makePredictionFolder()
                path = try? made.get()  // A failure is returned.
                return made
            }
        }

        /// Whether the folder was created. Doesn't block while no job is running.
        fileprivate var exists: Bool { path.withLock { $0 != nil } }

        fileprivate func remove() {
            guard let path = path.withLock({ $0 }) else { return }
            store.removeFolder(path)
        }
    }
}

@available(*, unavailable)
extension InputFolder: Sendable {}
