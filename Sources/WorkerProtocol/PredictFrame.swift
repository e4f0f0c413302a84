/// The content of a ``FrameKind/predict`` frame: a prediction on its way to the model.
///
/// On the wire: length of `meta` (4 bytes), then `meta`, then `text`, which reaches to the end.
public struct PredictFrame {
    /// The size of the fixed part.
    static let fixedBytes = 4

    /// A JSON object of what the server knows: context, files, …; empty if it knows nothing.
    public let meta: UnsafeRawBufferPointer
    /// `{"input":…}`, the JSON text of what the model gets; empty without an input.
    public let text: UnsafeRawBufferPointer

    /// Takes apart the content of a frame; the parts borrow from it. Nil if the length doesn't fit.
    public init?(reading content: UnsafeRawBufferPointer) {
        guard content.count >= Self.fixedBytes else { return nil }
        let metaBytes = Int(content.loadUnaligned(as: UInt32.self))
        guard content.count - Self.fixedBytes >= metaBytes else { return nil }
        let textStart = Self.fixedBytes + metaBytes
        meta = .init(rebasing: content[Self.fixedBytes..<textStart])
        text = .init(rebasing: content[textStart...])
    }

    /// The start of a frame, up to but not including the bytes of `meta`: header, length.
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
