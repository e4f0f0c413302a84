/// A prediction for a worker, in borrowed parts that are sent in order without being joined.
public struct PredictionParts {
    /// What the server adds to the request, as JSON text; may be empty.
    public var meta: UnsafeRawBufferPointer
    /// The JSON text of the request, in pieces.
    public var text: [UnsafeRawBufferPointer]
    /// Keeps ``text`` in place while it lives; nil if the text has to be copied.
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
