/// The input of one prediction, as JSON text.
public enum InputText: Equatable, Sendable {
    /// It stands in the request's body.
    case part(Range<Int>)
    /// It was put together from what the request says.
    case text([UInt8])

    /// How many predictions one request may ask for.
    public static let limit = 10_000
    /// How many bytes the inputs of one request may have that were put together: what they share is there for each of them.
    public static let limitBytes = 256 << 20

    /// The error of a request that is beyond ``limitBytes``.
    public static let tooLarge = PlatformError(
        "The inputs of the request have more than \(limitBytes >> 20) MiB together. Send them in several requests",
        status: 413)
}
