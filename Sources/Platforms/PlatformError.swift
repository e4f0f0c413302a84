internal import JSON

/// Why a request in a platform's form can't be carried out.
public struct PlatformError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The HTTP status to answer with.
    public let status: Int
    /// What is wrong, and where.
    public let description: String

    /// An error with this text, which is the client's unless `status` says otherwise.
    public init(_ description: String, status: Int = 400) {
        self.status = status
        self.description = description
    }

    /// The error of a body that is not JSON.
    init(_ error: JSONError) {
        self.init("Failed to parse the request body as JSON: \(error)")
    }
}
