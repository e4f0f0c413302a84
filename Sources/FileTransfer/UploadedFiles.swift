public import EventLoop
internal import Glibc
internal import HTTPClient

/// The files in the body of a request, in a private folder that is created with the first file.
///
/// The folder is removed by ``discard()`` or with this object. Bound to the loop; files are written on the thread pool.
public final class UploadedFiles {
    private let folder: InputFolder

    /// Makes an empty set of files.
    public init(in store: FileStore, on loop: EventLoop) {
        folder = InputFolder(in: store, on: loop)
    }

    deinit {
        folder.remove()
    }

    /// The position of each file in the prediction's input, and its path.
    public var places: [(pointer: String, path: String)] = []

    /// Runs `work`, which may create files, on the thread pool, then `then` with its result on the loop.
    public func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Maker) -> Value, then: @escaping (Value) -> Void
    ) {
        folder.perform({ work(Maker(contents: $0)) }, then: then)
    }

    /// Removes the files as soon as nothing writes to them any more; no more can be created. A second call does
    /// nothing.
    public func discard() {
        folder.remove()
    }

    /// Creates the files. Safe on any thread.
    public struct Maker: Sendable {
        fileprivate let contents: InputFolder.Contents

        /// Creates an empty file whose name ends with the client's name for it, without a path. If that has no
        /// extension, or is missing, the name gets an extension for the content type. Blocks.
        public func makeFile(called name: String?, type: String?) -> Result<UploadedFile, FileError> {
            let shown = FileName.ofUpload(called: name, type: type)
            return contents.makeFile(named: shown).map { UploadedFile(file: $0.file, path: $0.path, name: shown) }
        }
    }
}

/// A file that is written as it arrives. Use it on one thread at a time.
public final class UploadedFile: @unchecked Sendable {
    private let file: OpenFile
    /// The path of the file.
    public let path: String
    /// The client's name for the file, without the part that makes it unique here.
    public let name: String
    /// The size of the file in bytes.
    public private(set) var count = 0

    init(file: OpenFile, path: String, name: String) {
        self.file = file
        self.path = path
        self.name = name
    }

    /// Appends bytes to the file. Blocks.
    public func append(_ bytes: UnsafeRawBufferPointer) -> Result<Void, FileError> {
        file.write(bytes, at: count).map { count += bytes.count }.mapError { .temporary($0, path: path) }
    }
}

extension FileError {
    /// Whether a write failed because there is no space left.
    public var isOutOfSpace: Bool {
        if case .temporary(let error, _) = self { error.code == ENOSPC || error.code == EDQUOT } else { false }
    }
}

@available(*, unavailable)
extension UploadedFiles: Sendable {}
