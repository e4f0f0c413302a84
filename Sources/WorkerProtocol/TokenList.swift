/// The content of a ``FrameKind/batch`` frame: the predictions that one call of the model answers.
///
/// On the wire: their tokens, 4 bytes each in the machine's own byte order, in the order of the model's lists. The last
/// is the prediction that the server sent last, so that ``SharedMemory/taken`` covers all of them.
public struct TokenList {
    /// The largest batch that a model may ask for. The decorator refuses more (python/cog/_model/batched.py, MAX_SIZE).
    public static let limit = 1024

    private let bytes: UnsafeRawBufferPointer

    /// Reads the content of a frame, from which the list borrows. Nil unless it is a list of 1 to ``limit`` tokens.
    public init?(reading content: UnsafeRawBufferPointer) {
        guard content.count % 4 == 0, (1...Self.limit).contains(content.count / 4) else { return nil }
        bytes = content
    }

    /// The number of tokens, at least one.
    public var count: Int { bytes.count / 4 }

    /// The token at `index`.
    public subscript(index: Int) -> UInt32 {
        bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
    }

    /// A complete frame with `tokens`, which must not be empty.
    public static func frame(_ tokens: [UInt32]) -> [UInt8] {
        precondition((1...limit).contains(tokens.count))
        var frame = FrameHeader(.batch, token: tokens[0], contentBytes: 4 * tokens.count).bytes
        tokens.withUnsafeBytes { frame.append(contentsOf: $0) }
        return frame
    }
}
