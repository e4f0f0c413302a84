/// The content of a ``FrameKind/predict`` frame: a prediction for the model.
///
/// On the wire: the length of `meta` (4 bytes), then `meta`, then `text`, which extends to the end.
public struct PredictFrame {
    /// The size of the fixed part.
    static let fixedBytes = 4

    /// A JSON object with what the server knows: context, files, …; empty if it knows nothing.
    public let meta: UnsafeRawBufferPointer
    /// `{"input":…}`, the JSON text that the model gets; empty if there is no input.
    public let text: UnsafeRawBufferPointer

    /// Splits the content of a frame into parts that borrow from it. Nil if the length doesn't fit.
    public init?(reading content: UnsafeRawBufferPointer) {
        guard content.count >= Self.fixedBytes else { return nil }
        let metaBytes = Int(content.loadUnaligned(as: UInt32.self))
        guard content.count - Self.fixedBytes >= metaBytes else { return nil }
        let textStart = Self.fixedBytes + metaBytes
        meta = .init(rebasing: content[Self.fixedBytes..<textStart])
        text = .init(rebasing: content[textStart...])
    }

    /// The start of a frame, before the bytes of `meta`: header and length.
    public static func prefix(token: UInt32, metaBytes: Int, textBytes: Int) -> [UInt8] {
        let count = FrameHeader.byteCount + fixedBytes
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            let base = UnsafeMutableRawPointer(buffer.baseAddress!)
            FrameHeader(.predict, token: token, contentBytes: fixedBytes + metaBytes + textBytes).write(to: base)
            base.storeBytes(of: UInt32(metaBytes), toByteOffset: FrameHeader.byteCount, as: UInt32.self)
            initializedCount = count
        }
    }
}
