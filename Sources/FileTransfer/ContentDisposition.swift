internal import HTTPFields

/// The file name that a server suggests (RFC 6266).
enum ContentDisposition {
    /// The file name in a value of `content-disposition`, as the server wrote it. It may contain a path or anything
    /// else.
    static func fileName(in value: String) -> String? { FieldParameters(value)["filename"] }
}
