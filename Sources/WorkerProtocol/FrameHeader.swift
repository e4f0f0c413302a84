/// The fixed start of every frame: what it is, which prediction it belongs to, and how much content follows.
///
/// On the wire, 12 bytes in the machine's own byte order (both ends run on the same machine): content length (4), kind
/// (1), detail (1), reserved (2), token (4).
public struct FrameHeader: Equatable, Sendable {
    /// The size of a header on the wire.
    public static let byteCount = 12
    /// The largest content of a frame: 1 GiB. Larger output is refused where it is made.
    public static let contentLimitBytes = 1 << 30

    /// The length of the content that follows the header.
    public var contentBytes: Int
    /// What the frame means.
    public var kind: FrameKind
    /// Additional information that depends on the kind: a ``FinishDetail`` or a ``LogSource``; otherwise 0.
    public var detail: UInt8
    /// The prediction that the frame belongs to; 0 for none.
    public var token: UInt32

    /// Makes a header for `contentBytes` of content, at most ``contentLimitBytes``.
    public init(_ kind: FrameKind, detail: UInt8 = 0, token: UInt32 = 0, contentBytes: Int) {
        precondition(contentBytes <= Self.contentLimitBytes)
        self.kind = kind
        self.detail = detail
        self.token = token
        self.contentBytes = contentBytes
    }

    /// Reads a header from the first 12 bytes of `bytes`; nil if its kind is unknown.
    public init?(reading bytes: UnsafeRawPointer) {
        guard let kind = FrameKind(rawValue: bytes.load(fromByteOffset: 4, as: UInt8.self)) else { return nil }
        self.kind = kind
        contentBytes = Int(bytes.loadUnaligned(as: UInt32.self))
        detail = bytes.load(fromByteOffset: 5, as: UInt8.self)
        token = bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    }

    /// Writes the 12 bytes to `destination`.
    public func write(to destination: UnsafeMutableRawPointer) {
        destination.storeBytes(of: UInt32(contentBytes), as: UInt32.self)
        destination.storeBytes(of: kind.rawValue, toByteOffset: 4, as: UInt8.self)
        destination.storeBytes(of: detail, toByteOffset: 5, as: UInt8.self)
        destination.storeBytes(of: 0, toByteOffset: 6, as: UInt16.self)
        destination.storeBytes(of: token, toByteOffset: 8, as: UInt32.self)
    }

    /// The 12 bytes as an array.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            write(to: buffer.baseAddress!)
            count = Self.byteCount
        }
    }
}
