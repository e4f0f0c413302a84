public import EventLoop

/// The files that clients have stored on the server: up to a number, up to a sum of bytes, and for some time.
///
/// Loop-bound. All of them are in the server's folder for temporary files, and end with it.
public final class StoredFiles {
    /// How many files are kept at most.
    public static let countLimit = 1_000
    /// How long a file is kept.
    public static let lifetime = Duration.seconds(3_600)

    /// How many bytes all files may have together.
    public let limitBytes: Int
    private let loop: EventLoop
    private var table: StoredFileTable
    private var files: [String: StoredFile] = [:]
    private var timer: Timer?

    /// No files yet.
    public init(on loop: EventLoop, limitBytes: Int) {
        self.loop = loop
        self.limitBytes = limitBytes
        table = StoredFileTable(countLimit: Self.countLimit, limitBytes: limitBytes, lifetime: Self.lifetime)
    }

    /// All files, the newest first.
    public var all: [StoredFile] { files.values.sorted { $0.facts.createdAt > $1.facts.createdAt } }

    /// The file with an id.
    public subscript(id: String) -> StoredFile? { files[id] }

    /// Removes a file. Predictions that have it as an input still get it.
    ///
    /// - Returns: whether there was one.
    public func remove(_ id: String) -> Bool {
        guard files.removeValue(forKey: id) != nil else { return false }
        table.removed(id)
        setTimer()
        return true
    }

    /// Makes room for a file that is going to arrive.
    public func makeArrival() -> Arrival { Arrival(of: self) }

    /// A file that is arriving, as far as it needs room. What it has taken is given back unless the file is kept.
    public final class Arrival {
        private let files: StoredFiles
        private var bytes = 0

        fileprivate init(of files: StoredFiles) {
            self.files = files
        }

        deinit {
            files.table.givenUp(bytes)
        }

        /// It has `count` bytes now.
        ///
        /// - Returns: whether there is room for it.
        public func grew(to count: Int) -> Bool {
            let fits = files.table.arrived(count - bytes)
            bytes = count
            return fits
        }

        /// It has arrived, for which the oldest of the other files go if need be, and is the file at `path` in `folder`, which has as many bytes as it grew to.
        public func keep(_ facts: StoredFile.Facts, at path: String, in folder: UploadedFiles) -> StoredFile {
            let file = StoredFile(id: StoredFileID.make(), facts: facts, path: path, in: folder)
            files.files[file.id] = file
            files.forget(files.table.kept(file.id, bytes: bytes, at: files.loop.now))
            bytes = 0
            files.setTimer()
            return file
        }
    }

    // MARK: - Inputs

    /// The stored file that a string of an input names by its URL.
    public func file(for input: FileInput) -> StoredFile? {
        files.isEmpty ? nil : Self.id(in: input).flatMap { files[$0.id] }
    }

    /// Whether a string of an input is the URL of a stored file that isn't here. What is at such a URL is not the file.
    public func isMissing(_ input: FileInput) -> Bool {
        guard let found = Self.id(in: input), files[found.id] == nil else { return false }
        return !found.isContents
    }

    private static func id(in input: FileInput) -> (id: String, isContents: Bool)? {
        input.kind == .http ? StoredFileID.find(in: input.start) : nil
    }

    // MARK: - The end of files

    private func forget(_ ids: [String]) {
        for id in ids { files[id] = nil }
    }

    private func setTimer() {
        guard let deadline = table.nextDeadline else {
            timer?.stop()
            return
        }
        do throws(EventLoopError) {
            if timer == nil { timer = try Timer(on: loop) { [weak self] in self?.deadlinePassed() } }
            timer?.start(after: max(.zero, deadline - loop.now))
        } catch {
            // Making a timer allocates memory and nothing else.
            preconditionFailure("no timer: \(error)")
        }
    }

    private func deadlinePassed() {
        forget(table.deadlinePassed(at: loop.now))
        setTimer()
    }
}

@available(*, unavailable)
extension StoredFiles: Sendable {}
