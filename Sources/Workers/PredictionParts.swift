/// A prediction on its way to a worker, in parts that are sent one after another without being joined; borrowed.
public struct PredictionParts {
    /// What the server adds to the request, as JSON text; may be empty.
    public var meta: UnsafeRawBufferPointer
    /// The JSON text of the request, in pieces.
    public var text: [UnsafeRawBufferPointer]
    /// Keeps ``text`` in place for as long as it lives; nil if it is to be copied.
    public var owner: AnyObject?

    /// Puts the parts together.
    public init(meta: UnsafeRawBufferPointer, text: [UnsafeRawBufferPointer], owner: AnyObject? = nil) {
        self.meta = meta
        self.text = text
        self.owner = owner
    }
}

@available(*, unavailable)
extension PredictionParts: Sendable {}
