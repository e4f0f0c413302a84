internal import CZlib

extension Page {
    /// The page as a gzip file (RFC 1952); nil if memory runs out.
    public static func compressed() -> [UInt8]? {
        var stream = z_stream()
        guard cogz_begin_gzip_file(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let count = html.utf8CodeUnitCount
        let limit = Int(deflateBound(&stream, uLong(count)))
        var status = Z_OK
        let file = [UInt8](unsafeUninitializedCapacity: limit) { buffer, written in
            // zlib declares its input as mutable but doesn't change it.
            stream.next_in = UnsafeMutablePointer(mutating: html.utf8Start)
            stream.avail_in = uInt(count)
            stream.next_out = buffer.baseAddress
            stream.avail_out = uInt(limit)
            status = deflate(&stream, Z_FINISH)
            written = limit - Int(stream.avail_out)
        }
        return status == Z_STREAM_END ? file : nil
    }
}
