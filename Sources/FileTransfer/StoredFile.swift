internal import HTTPClient

/// A file that a client has stored on the server, to name it by its URL in the inputs of predictions.
///
/// Loop-bound. The file is removed when the last reference to this object is released.
public final class StoredFile {
    /// What clients see of a file.
    public struct Facts: Sendable {
        /// What the client calls it, without a path.
        public let name: String
        /// The media type that the client has named.
        public let contentType: String
        /// How many bytes it has.
        public let size: Int
        /// What the client wants to be kept with it: an object of JSON.
        public let metadata: String
        /// When it was stored, in nanoseconds since 1970.
        public let createdAt: Int

        /// Facts about a file; of its name only what follows the last slash counts.
        public init(name: String?, contentType: String, size: Int, metadata: String, createdAt: Int) {
            self.name = FileName.ofUpload(called: name, type: contentType)
            self.contentType = contentType
            self.size = size
            self.metadata = metadata
            self.createdAt = createdAt
        }
    }

    /// The name that clients use for it.
    public let id: String
    /// What clients see of it.
    public let facts: Facts
    /// Where it is.
    public let path: String
    private let folder: UploadedFiles

    init(id: String, facts: Facts, path: String, in folder: UploadedFiles) {
        self.id = id
        self.facts = facts
        self.path = path
        self.folder = folder
    }
}

/// The ids of stored files, and the URLs that they stand in.
enum StoredFileID {
    private static let prefix = "cog-"
    private static let randomCount = 26

    /// A new id, which nobody can guess: 130 random bits.
    static func make() -> String {
        let characters = Array("abcdefghijklmnopqrstuvwxyz234567")
        return prefix + String((0..<randomCount).map { _ in characters[Int.random(in: characters.indices)] })
    }

    /// The id in the URL of a stored file, whatever name or address the client knows the server by; nil for other URLs.
    ///
    /// No other server's URL has this form, unless it is one of this program: then `isContents` says whether it is the URL of
    /// the contents, and not of the facts.
    static func find(in url: String) -> (id: String, isContents: Bool)? {
        guard url.contains("/v1/files/" + prefix), let url = try? HTTPURL(url) else { return nil }
        var segments = url.printable.split(separator: "/").map(String.init)
        let isContents = segments.last == "download"
        if isContents { segments.removeLast() }
        guard segments.count >= 5, segments.suffix(3).starts(with: ["v1", "files"]), let id = segments.last,
            id.hasPrefix(prefix), id.utf8.count == prefix.utf8.count + randomCount
        else { return nil }
        return (id, isContents)
    }
}

@available(*, unavailable)
extension StoredFile: Sendable {}
