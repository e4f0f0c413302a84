internal import COTLP

/// What a collector reports about a message that it has accepted only in part, or with a warning.
public struct PartialSuccess: Equatable, Sendable {
    /// The number of spans or data points that the collector has rejected. They must not be sent again.
    public let rejected: Int
    /// The collector's explanation; may be empty.
    public let message: String

    /// A report with these parts.
    public init(rejected: Int, message: String) {
        self.rejected = rejected
        self.message = message
    }

    /// Reads the body of a successful answer; nil if everything was accepted, or if the body isn't OTLP.
    public init?(reading body: UnsafeRawBufferPointer) {
        guard let start = body.baseAddress else { return nil }
        var kind = Otlp__Response()
        otlp__response__init(&kind)
        let unpacked = protobuf_c_message_unpack(
            kind.base.descriptor, nil, body.count, start.assumingMemoryBound(to: UInt8.self))
        guard let unpacked else { return nil }
        defer { protobuf_c_message_free_unpacked(unpacked, nil) }
        let response = UnsafeRawPointer(unpacked).assumingMemoryBound(to: Otlp__Response.self)
        guard let partial = response.pointee.partial_success else { return nil }
        let message = partial.pointee.error_message.map { String(cString: $0) } ?? ""
        let rejected = max(0, Int(partial.pointee.rejected))
        guard rejected > 0 || !message.isEmpty else { return nil }
        self.init(rejected: rejected, message: message)
    }
}
