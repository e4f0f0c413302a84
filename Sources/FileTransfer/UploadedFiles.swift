public import EventLoop
internal import Glibc
internal import HTTPClient

/// The files that came in the body of a request, in a private folder that is made with the first of them.
///
/// The folder goes away by ``discard()`` or with this object. Loop-bound; files are written on the thread pool.
public final class UploadedFiles {
    private let folder: InputFolder

    /// No files yet.
    public init(in store: FileStore, on loop: EventLoop) {
        folder = InputFolder(in: store, on: loop)
    }

    deinit {
        folder.remove()
    }

    /// Where each file stands in the prediction's input, and its path.
    public var places: [(pointer: String, path: String)] = []

    /// Runs `work`, which may make files, on the thread pool, then `then` with its result on the loop.
    public func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Maker) -> Value, then: @escaping (Value) -> Void
    ) {
        folder.perform({ work(Maker(contents: $0)) }, then: then)
    }

    /// Removes the files as soon as nobody writes to them any more; no more can be made. A second call does nothing.
    public func discard() {
        folder.remove()
    }

    /// Makes the files. Any thread.
    public struct Maker: Sendable {
        fileprivate let contents: InputFolder.Contents

        /// Makes an empty file whose name ends with what the client calls it, without a path. One without a name, or without
        /// an extension, gets an extension of its content type. Blocks.
        public func makeFile(called name: String?, type: String?) -> Result<UploadedFile, FileError> {
            let shown = FileName.ofUpload(called: name, type: type)
            return contents.makeFile(named: shown).map { UploadedFile(file: $0.file, path: $0.path, name: shown) }
        }
    }
}

/// A file that is being written as it arrives. Used by one thread at a time.
public final class UploadedFile: @unchecked Sendable {
    private let file: OpenFile
    /// Where it is.
    public let path: String
    /// What the client calls it, without what makes the name unique here.
    public let name: String
    /// How many bytes it has.
    public private(set) var count = 0

    init(file: OpenFile, path: String, name: String) {
        self.file = file
        self.path = path
        self.name = name
    }

    /// Writes at the end of it. Blocks.
    public func append(_ bytes: UnsafeRawBufferPointer) -> Result<Void, FileError> {
        file.write(bytes, at: count).map { count += bytes.count }.mapError { .temporary($0, path: path) }
    }
}

extension FileError {
    /// Whether a file could not be written because there is no room for it.
    public var isOutOfSpace: Bool {
        if case .temporary(let error, _) = self { error.code == ENOSPC || error.code == EDQUOT } else { false }
    }
}

@available(*, unavailable)
extension UploadedFiles: Sendable {}
