internal import HTTPFields

/// The name for a file that a server suggests (RFC 6266).
enum ContentDisposition {
    /// The file name in a value of `content-disposition`, as the server wrote it: it may hold a path, or anything else.
    static func fileName(in value: String) -> String? { FieldParameters(value)["filename"] }
}
