/// The input of one prediction, as JSON text.
public enum InputText: Equatable, Sendable {
    /// A part of the request's body.
    case part(Range<Int>)
    /// Text assembled from the request.
    case text([UInt8])

    /// The maximum number of predictions in one request.
    public static let limit = 10_000
    /// The maximum size of the assembled inputs of one request; what they share is repeated for each.
    public static let limitBytes = 256 << 20

    /// The error for a request that exceeds ``limitBytes``.
    public static let tooLarge = PlatformError(
        "The inputs of the request have more than \(limitBytes >> 20) MiB together. Send them in several requests",
        status: 413)
}
