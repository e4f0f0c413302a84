/// Why a request in a platform's form can't be carried out.
public struct PlatformError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The HTTP status of the response.
    public let status: Int
    /// What is wrong, and where.
    public let description: String

    /// Makes an error with this text. It is the client's fault unless `status` says otherwise.
    public init(_ description: String, status: Int = 400) {
        self.status = status
        self.description = description
    }
}
