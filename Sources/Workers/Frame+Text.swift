internal import WorkerProtocol

extension Frame {
    /// Calls `body` with the content. Replaces invalid UTF-8 by U+FFFD, because responses are JSON, which is UTF-8.
    func withText(_ body: (UnsafeRawBufferPointer) -> Void) {
        guard content.contains(where: { $0 >= 0x80 }) else { return body(content) }
        var text = String(decoding: content, as: UTF8.self)
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
