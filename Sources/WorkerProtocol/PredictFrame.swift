/// The content of a ``FrameKind/predict`` frame: a prediction on its way to the model.
///
/// On the wire: length of `meta` (4 bytes), length of `text` (4), number of strings (4), reserved (4), then per string
/// its length (8) with ``escapedMark`` set when JSON escapes are still in it, then `meta`, `text` and the strings.
public struct PredictFrame {
    /// Set in the length of a string that still holds JSON escapes.
    public static let escapedMark: UInt64 = 1 << 63
    /// The size of the fixed part.
    static let fixedBytes = 16

    /// A JSON object of what the server knows: id, context, files, …
    public let meta: UnsafeRawBufferPointer
    /// The JSON text of the request's body, long strings replaced by placeholders.
    public let text: UnsafeRawBufferPointer
    /// The contents of the long strings.
    public let strings: [(bytes: UnsafeRawBufferPointer, isEscaped: Bool)]

    /// Takes apart the content of a frame; the parts borrow from it. Nil if the lengths don't add up.
    public init?(reading content: UnsafeRawBufferPointer) {
        guard content.count >= Self.fixedBytes else { return nil }
        let metaBytes = Int(content.loadUnaligned(as: UInt32.self))
        let textBytes = Int(content.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let stringCount = Int(content.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        var offset = Self.fixedBytes + 8 * stringCount
        guard content.count >= offset + metaBytes + textBytes else { return nil }
        meta = .init(rebasing: content[offset..<offset + metaBytes])
        offset += metaBytes
        text = .init(rebasing: content[offset..<offset + textBytes])
        offset += textBytes
        var strings: [(bytes: UnsafeRawBufferPointer, isEscaped: Bool)] = []
        for index in 0..<stringCount {
            let length = content.loadUnaligned(fromByteOffset: Self.fixedBytes + 8 * index, as: UInt64.self)
            let count = Int(length & ~Self.escapedMark)
            guard content.count - offset >= count else { return nil }
            strings.append((.init(rebasing: content[offset..<offset + count]), length & Self.escapedMark != 0))
            offset += count
        }
        self.strings = strings
    }

    /// The start of a frame, up to but not including the bytes of `meta`: header, lengths.
    public static func prefix(
        token: UInt32, metaBytes: Int, textBytes: Int, strings: [(count: Int, isEscaped: Bool)]
    ) -> [UInt8] {
        let lengthBytes = fixedBytes + 8 * strings.count
        let content = lengthBytes + metaBytes + textBytes + strings.reduce(0) { $0 + $1.count }
        return [UInt8](unsafeUninitializedCapacity: FrameHeader.byteCount + lengthBytes) { buffer, count in
            let base = UnsafeMutableRawPointer(buffer.baseAddress!)
            FrameHeader(.predict, token: token, contentBytes: content).write(to: base)
            let fixed = base + FrameHeader.byteCount
            fixed.storeBytes(of: UInt32(metaBytes), as: UInt32.self)
            fixed.storeBytes(of: UInt32(textBytes), toByteOffset: 4, as: UInt32.self)
            fixed.storeBytes(of: UInt32(strings.count), toByteOffset: 8, as: UInt32.self)
            fixed.storeBytes(of: 0, toByteOffset: 12, as: UInt32.self)
            for (index, string) in strings.enumerated() {
                let length = UInt64(string.count) | (string.isEscaped ? escapedMark : 0)
                fixed.storeBytes(of: length, toByteOffset: fixedBytes + 8 * index, as: UInt64.self)
            }
            count = FrameHeader.byteCount + lengthBytes
        }
    }
}
